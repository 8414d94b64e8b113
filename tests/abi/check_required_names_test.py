#!/usr/bin/env python3
"""check_required_names.py names what is missing, and does not take an empty list for a good one.

usage: check_required_names_test.py <library>
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).resolve().parent / "check_required_names.py"
LIBRARY = sys.argv[1]


class CheckRequiredNames(unittest.TestCase):
    def run_with(self, text):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "names.txt"
            path.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, CHECKER, LIBRARY, path],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_accepts_names_that_are_there(self):
        self.assertEqual(self.run_with("HIAI_Init\n_ZTVN4hiai6EngineE  # data\n")[0], 0)

    def test_names_what_is_missing(self):
        status, output = self.run_with("HIAI_Init\n_ZN4hiai5Graph6RewindEv\n")
        self.assertEqual(status, 1)
        self.assertIn("hiai::Graph::Rewind()", output)
        self.assertNotIn("HIAI_Init", output)

    def test_refuses_an_empty_list(self):
        self.assertEqual(self.run_with("# nothing\n")[0], 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
