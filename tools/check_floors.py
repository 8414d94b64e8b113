#!/usr/bin/env python3
"""Fails when a source file includes something of a floor above its own.

usage: check_floors.py <project root>

Reads the #include lines below src/. A file may include its own directory and every floor with a
smaller number. The vendor's headers and the generated classes may be used from runtime upwards;
openmatrix/version.h everywhere.
"""

import pathlib
import re
import sys

FLOORS = {"base": 0, "os": 1, "memory": 2, "transport": 3, "runtime": 4, "models": 5, "api": 5}
FIRST_PUBLIC_USER = FLOORS["runtime"]
PUBLIC = ("hiaiengine", "openmatrix", "proto")
EVERYWHERE = ("openmatrix/version.h",)
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')


def problem(floor, included):
    """Why a file of `floor` may not include `included`, or None."""
    if included in EVERYWHERE:
        return None
    if included.startswith("."):
        return "relative include"
    top = included.split("/")[0]
    if top in PUBLIC and "/" in included:
        if FLOORS[floor] < FIRST_PUBLIC_USER:
            return f"floor {floor} must not know the public headers"
        return None
    if top not in FLOORS or "/" not in included or top == floor:
        return None
    if FLOORS[top] >= FLOORS[floor]:
        return f"floor {floor} ({FLOORS[floor]}) must not include {top} ({FLOORS[top]})"
    return None


def check(root):
    """All violations below root/src as "file:line: ..." strings, and the number of files read."""
    source = root / "src"
    violations = []
    files = [f for f in sorted(source.rglob("*")) if f.suffix in (".h", ".hpp", ".cpp")]
    for file in files:
        relative = file.relative_to(source)
        floor = relative.parts[0]
        if floor == "dvpp":  # a library of its own: it sees the public headers only
            continue
        if floor not in FLOORS or len(relative.parts) < 2:
            violations.append(f"src/{relative}:1: not on any floor")
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            reason = problem(floor, match.group(1)) if match else None
            if reason:
                violations.append(f'src/{relative}:{number}: "{match.group(1)}": {reason}')
    return violations, len(files)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    violations, files = check(pathlib.Path(arguments[0]))
    for violation in violations:
        print(violation)
    if files == 0:
        print(f"no sources below {arguments[0]}/src")
        return 1
    print(f"{files} files, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
