#!/usr/bin/env python3
"""tools/check_symbols.py fails on a symbol too many and on one too few.

usage: check_symbols_test.py <library> <golden file>
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_symbols.py"
LIBRARY = sys.argv[1]
GOLDEN = pathlib.Path(sys.argv[2])


class CheckSymbols(unittest.TestCase):
    def run_with(self, names):
        """Exit status and output of the checker when `names` are the reviewed list."""
        with tempfile.TemporaryDirectory() as directory:
            golden = pathlib.Path(directory) / "golden.txt"
            golden.write_text("".join(f"{n}\n" for n in names), encoding="utf-8")
            done = subprocess.run(
                [sys.executable, CHECKER, LIBRARY, golden], capture_output=True, text=True)
            return done.returncode, done.stdout

    def setUp(self):
        self.names = GOLDEN.read_text(encoding="utf-8").splitlines()
        self.assertTrue(self.names)

    def test_reports_a_symbol_that_the_library_lacks(self):
        status, output = self.run_with(self.names + ["hiai::Graph::NoSuchMember()"])
        self.assertEqual(status, 1)
        self.assertIn("- hiai::Graph::NoSuchMember()", output)

    def test_reports_a_symbol_that_was_not_reviewed(self):
        status, output = self.run_with(self.names[1:])
        self.assertEqual(status, 1)
        self.assertIn(f"+ {self.names[0]}", output)

    def test_reports_a_missing_list(self):
        done = subprocess.run(
            [sys.executable, CHECKER, LIBRARY, "/nonexistent"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
