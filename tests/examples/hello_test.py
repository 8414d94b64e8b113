#!/usr/bin/env python3
"""Runs a hello program beside its configuration, and without.

usage: hello_test.py <program> <expected output> <configuration>
"""

import pathlib
import subprocess
import sys
import tempfile


def run(program, directory):
    return subprocess.run([str(program)], cwd=directory, timeout=200, capture_output=True,
                          text=True, errors="replace")


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    program = pathlib.Path(arguments[0]).resolve()
    expected, config = arguments[1:]

    good = run(program, program.parent)
    if (good.returncode, good.stdout, good.stderr) != (0, expected + "\n", ""):
        sys.exit(f"{program.name} answers {good}")

    with tempfile.TemporaryDirectory(prefix="hello_test_") as empty:
        bad = run(program, empty)
    if bad.returncode != 1 or config not in bad.stderr or "Sanitizer" in bad.stderr:
        sys.exit(f"{program.name} without {config} answers {bad}")
    print(f"{program.name}: {expected}")


if __name__ == "__main__":
    main(sys.argv[1:])
