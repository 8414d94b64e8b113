#!/usr/bin/env python3
"""tools/check_compatibility.py fails on a name too few, one too many, and a bad verdict."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKER = ROOT / "tools" / "check_compatibility.py"
HEADER = """#pragma once
/// @brief A thing.
struct Thing {
  int size;   ///< how many
  int first;  ///< the first
 private:
  int hidden;
};
/// @brief Makes one.
void MakeThing(int size);
/// @brief A macro.
#define THING_1 1
/// @brief Colours.
enum Colour { RED /**< red */ };
"""
TABLE = """## thing.h
| names | verdict | note |
|---|---|---|
| `Thing`, `Thing::{size, first}` | faithful | |
| `MakeThing`, `THING_{1..1}` | approximate | |
| `Colour`, `RED` | faithful | |
| `Message` | faithful | |
| `UnmakeThing` | absent | |
"""


class CheckCompatibility(unittest.TestCase):
    def check(self, table, header=HEADER):
        """Exit status and output for a tree with one header and one message."""
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for name in ("include", "src/proto", "docs"):
                (root / name).mkdir(parents=True)
            (root / "include" / "thing.h").write_text(header, encoding="utf-8")
            (root / "src" / "proto" / "message.proto").write_text("message Message {}\n",
                                                                  encoding="utf-8")
            doxyfile = (ROOT / "docs" / "Doxyfile").read_text(encoding="utf-8")
            (root / "docs" / "Doxyfile").write_text(doxyfile, encoding="utf-8")
            path = root / "docs" / "compatibility.md"
            path.write_text(table, encoding="utf-8")
            done = subprocess.run([sys.executable, CHECKER, path, root],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def assert_problem(self, text, *arguments):
        status, output = self.check(*arguments)
        self.assertEqual(status, 1, output)
        self.assertIn(text, output)
        self.assertIn(" 1 problems", output)

    def test_accepts_a_table_that_fits(self):
        status, output = self.check(TABLE)
        self.assertEqual(status, 0, output)

    def test_reports_a_member_that_the_table_lacks(self):
        self.assert_problem("missing from the table: Thing::first",
                            TABLE.replace("{size, first}", "size"))

    def test_reports_a_new_function(self):
        self.assert_problem("missing from the table: Another", TABLE,
                            HEADER + "/// @brief Another.\nvoid Another();\n")

    def test_reports_a_message_that_the_table_lacks(self):
        self.assert_problem("missing from the table: Message",
                            TABLE.replace("| `Message` | faithful | |\n", ""))

    def test_reports_a_name_that_is_not_in_the_headers(self):
        self.assert_problem("called faithful, but not in the headers: Nothing",
                            TABLE + "| `Nothing` | faithful | |\n")

    def test_reports_a_name_that_is_called_absent_and_is_there(self):
        self.assert_problem("called absent, but declared in thing.h: MakeThing",
                            TABLE.replace("`MakeThing`, ", "").replace("`UnmakeThing`",
                                                                       "`MakeThing`"))

    def test_reports_a_verdict_that_is_none(self):
        self.assert_problem("no verdict: perhaps",
                            TABLE.replace("| `Message` | faithful", "| `Message` | perhaps"))

    def test_reports_a_name_that_stands_twice(self):
        self.assert_problem("twice: RED", TABLE + "| `RED` | faithful | |\n")


if __name__ == "__main__":
    unittest.main()
