#!/usr/bin/env python3
"""Compares the tables of docs/ownership.md with the tests of the ownership programs.

usage: check_ownership.py <ownership.md> <program>...

A marked table's cell names a test: "<column>After<row>" under "<!-- table: After -->",
"<row><column>" under "<!-- table: plain -->". A cell "-" has no test.
"""
import re
import subprocess
import sys


def names_in_tables(text):
    names = set()
    for kind, table in re.findall(r"<!-- table: (\w+) -->\n((?:\|.*\n)+)", text):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
                for line in table.splitlines()]
        header = rows[0][1:]
        for row in rows[2:]:
            if len(row) != len(header) + 1:
                raise ValueError(f"row {row[0]} has {len(row) - 1} cells, not {len(header)}")
            for column, cell in zip(header, row[1:]):
                if cell == "":
                    raise ValueError(f"row {row[0]}, column {column}: empty")
                if cell != "-":
                    names.add(f"{column}After{row[0]}" if kind == "After" else row[0] + column)
    return names


def names_in_list(text):
    return {line.split("#")[0].strip() for line in text.splitlines() if line.startswith("  ")}


def problems(table_text, list_texts):
    cells = names_in_tables(table_text)
    tests = set().union(*map(names_in_list, list_texts))
    if not cells:
        return ["no table found"]
    return ([f"cell without a test: {name}" for name in sorted(cells - tests)] +
            [f"test without a cell: {name}" for name in sorted(tests - cells)])


def main(arguments):
    if len(arguments) < 2:
        print(__doc__)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        table_text = file.read()
    lists = [subprocess.run([program, "--gtest_list_tests"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout for program in arguments[1:]]
    found = problems(table_text, lists)
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
