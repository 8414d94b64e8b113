#!/usr/bin/env python3
"""A second libmatrix.so in one process is named in one line, before protobuf ends the process.

usage: second_copy_test.py <libmatrix.so> <directory of the build with the programs>
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

LIBRARY, DIRECTORY = (pathlib.Path(argument).absolute() for argument in sys.argv[1:3])
TEXT = "two copies of libmatrix in one process"


class SecondCopy(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="second copy ")  # a blank, on purpose
        self.addCleanup(directory.cleanup)
        self.copy = pathlib.Path(directory.name) / "libother.so"
        shutil.copy(LIBRARY, self.copy)

    def run_program(self, name, *arguments):
        # AddressSanitizer has a word of its own for two copies of a variable, and says it earlier.
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_odr_violation=0"
        done = subprocess.run([DIRECTORY / name, *arguments], capture_output=True, text=True,
                              timeout=60, check=False, env={**os.environ, "ASAN_OPTIONS": options})
        return done.returncode, done.stdout, done.stderr

    def assert_stopped(self, result, first, second):
        status, output, errors = result
        self.assertEqual((status, output), (1, ""), errors)
        line, = errors.splitlines()  # one, so none is protobuf's
        self.assertIn(f"FATAL {TEXT}: {first} is there, now {second} is loaded", line)
        self.assertIn("Let all parts of the program find the same file", line)

    def test_a_copy_under_another_name_ends_the_process_with_one_line(self):
        result = self.run_program("abi_second_copy", f"local:{LIBRARY}", f"local:{self.copy}")
        self.assert_stopped(result, LIBRARY, self.copy)

    def test_the_order_does_not_matter(self):
        result = self.run_program("abi_second_copy", f"local:{self.copy}", f"global:{LIBRARY}")
        self.assert_stopped(result, self.copy, LIBRARY)

    def test_a_copy_behind_a_global_one_is_idle_and_gets_a_warning(self):
        status, output, errors = self.run_program(
            "abi_second_copy", f"global:{LIBRARY}", f"local:{self.copy}")
        self.assertEqual((status, output), (0, "all loaded\n"), errors)
        line, = errors.splitlines()
        self.assertIn(f"WARNING {TEXT}: {LIBRARY} is used, {self.copy} is loaded for nothing", line)

    def test_the_same_file_by_another_path_is_no_second_copy(self):
        link = self.copy.with_name("liblink.so")
        link.symlink_to(LIBRARY)
        for kind in ("local", "global"):
            self.assertEqual(
                self.run_program("abi_second_copy", f"{kind}:{LIBRARY}", f"local:{link}"),
                (0, "all loaded\n", ""))

    def test_a_program_with_a_copy_of_its_own_is_named_too(self):
        result = self.run_program("abi_static_copy", f"local:{LIBRARY}")
        self.assert_stopped(result, DIRECTORY / "abi_static_copy", LIBRARY)

    def test_a_program_with_a_copy_of_its_own_that_is_alone_runs(self):
        self.assertEqual(self.run_program("abi_static_copy"), (0, "all loaded\n", ""))

    def test_a_program_with_a_copy_of_its_own_is_used_instead_of_the_library_that_it_links(self):
        program = DIRECTORY / "abi_both_copies"
        status, output, errors = self.run_program("abi_both_copies")
        self.assertEqual((status, output), (0, "all loaded\n"), errors)
        line, = errors.splitlines()
        self.assertIn(f"WARNING {TEXT}: {program} is used", line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
