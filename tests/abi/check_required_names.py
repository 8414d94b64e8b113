#!/usr/bin/env python3
"""Says which of the names that old objects import a library does not export.

usage: check_required_names.py <library> <list>

The list has one mangled name per line; `#` begins a comment.
"""

import pathlib
import subprocess
import sys


def exported(library):
    output = subprocess.run(["nm", "-D", "--defined-only", library],
                            check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in output.splitlines()}


def required(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [name for name in (line.split("#")[0].strip() for line in lines) if name]


def readable(names):
    output = subprocess.run(["c++filt"], check=True, capture_output=True, text=True,
                            input="\n".join(names)).stdout
    return output.splitlines()


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    library, path = arguments
    names = required(path)
    if not names:
        print(f"{path} names nothing")
        return 1
    there = exported(library)
    missing = [name for name in names if name not in there]
    for name, text in zip(missing, readable(missing)):
        print(f"- {name}  {text}")
    print(f"{len(names)} names required, {len(missing)} missing from {library}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
