#!/usr/bin/env python3
"""Compares the symbols that libmatrix.so exports with a reviewed list.

usage: check_symbols.py [--update] <library> <golden file>

One line per demangled name, sorted. Weak definitions that come from protobuf's generated headers
are left out: which of those inline functions exist depends on the optimiser, and every user of
the headers has them too. --update rewrites the golden file.
"""

import pathlib
import subprocess
import sys

PROTOBUF = ("google::protobuf::", "descriptor_table_")
ALWAYS_THERE = ("vtable for ", "typeinfo for ", "typeinfo name for ")
# Classes of src/proto are recognised by this static member that each message has.
MESSAGE_MARK = "::GetClassData() const"


def exported(library):
    """(kind, demangled name) of each defined dynamic symbol."""
    output = subprocess.run(
        ["nm", "-D", "--defined-only", "--demangle", library],
        check=True, capture_output=True, text=True).stdout
    symbols = []
    for line in output.splitlines():
        fields = line.split(" ", 2)
        if len(fields) < 3:
            raise ValueError(f"cannot read nm's line: {line}")
        kind, name = fields[1], fields[2].split("@")[0]
        if kind != "A":  # the version nodes themselves
            symbols.append((kind, name))
    return symbols


def listing(library):
    symbols = exported(library)
    messages = {n[:-len(MESSAGE_MARK)] for _, n in symbols if n.endswith(MESSAGE_MARK)}

    def generated(name):
        return any(p in name for p in PROTOBUF) or any(m in name for m in messages)

    def optional(kind, name):
        return kind in "WVwv" and generated(name) and not name.startswith(ALWAYS_THERE)

    # A set: the complete and the base constructor have one demangled name.
    return sorted({name for kind, name in symbols if not optional(kind, name)})


def compare(expected, actual):
    """Lines that say what differs: "-" is missing from the library, "+" is not in the list."""
    missing = [f"- {n}" for n in expected if n not in set(actual)]
    extra = [f"+ {n}" for n in actual if n not in set(expected)]
    return missing + extra


def main(arguments):
    update = "--update" in arguments
    paths = [a for a in arguments if a != "--update"]
    if len(paths) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    library, golden = paths[0], pathlib.Path(paths[1])
    actual = listing(library)
    if update:
        golden.write_text("".join(f"{n}\n" for n in actual), encoding="utf-8")
        print(f"{golden}: {len(actual)} names")
        return 0
    if not golden.exists():
        print(f"{golden} does not exist; --update makes it")
        return 1
    difference = compare(golden.read_text(encoding="utf-8").splitlines(), actual)
    for line in difference:
        print(line)
    print(f"{len(actual)} names exported, {len(difference)} differ from {golden}")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
