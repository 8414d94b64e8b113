#!/usr/bin/env python3
"""Objects of another protobuf end with one clear line, and openmatrix-check-binary finds them.

usage: old_objects_test.py <tool> <libmatrix.so> <directory of the build with the programs>
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL, LIBRARY, DIRECTORY = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def check(*files):
    return run(TOOL, "--library", LIBRARY, *files)


class OldProtobuf(unittest.TestCase):
    def test_making_a_message_ends_the_program_with_one_line(self):
        status, output, errors = run(DIRECTORY / "abi_old_protobuf")
        self.assertEqual(status, 1)
        self.assertEqual(output, "")
        lines = [line for line in errors.splitlines() if "protobuf" in line]
        self.assertEqual(len(lines), 1, errors)
        self.assertIn("hiai::AIConfig", lines[0])
        self.assertIn("compile it again", lines[0])

    def test_a_library_of_today_makes_its_messages(self):
        status, output, errors = run(DIRECTORY / "abi_recompiled_program",
                                     DIRECTORY / "libabi_recompiled.so")
        self.assertEqual((status, output), (0, "engine item\n"), errors)


class CheckBinary(unittest.TestCase):
    def assert_refused(self, file, *texts):
        status, output, errors = check(file)
        self.assertEqual(status, 1, output + errors)
        self.assertIn("cannot run as it is", output)
        self.assertIn("What to do", output)
        for text in texts:
            self.assertIn(text, output)

    def test_old_objects_of_2019_can_run(self):
        files = [DIRECTORY / "abi_g2_test", DIRECTORY / "abi_g2_device.so"]
        status, output, errors = check(*files)
        self.assertEqual(status, 0, output + errors)
        self.assertEqual(output.count("can run ("), 2, output)

    def test_a_program_of_today_can_run(self):
        status, output, errors = check(DIRECTORY / "abi_recompiled_program",
                                       DIRECTORY / "libabi_recompiled.so")
        self.assertEqual(status, 0, output + errors)

    def test_names_messages_of_another_protobuf(self):
        self.assert_refused(DIRECTORY / "abi_old_protobuf", "hiai::AIConfig::AIConfig()",
                            "another version of protobuf")

    def test_names_the_old_string(self):
        self.assert_refused(DIRECTORY / "libabi_old_string.a", "_GLIBCXX_USE_CXX11_ABI=0",
                            "hiai::Graph::CreateGraph")

    def test_names_what_is_absent(self):
        self.assert_refused(DIRECTORY / "libabi_absent.a", "hiai::Graph::Rewind(int)",
                            "not in libmatrix.so")

    def test_names_engines_of_2018(self):
        self.assert_refused(DIRECTORY / "libabi_engines_2018.a", "headers of 2018")

    def test_one_bad_file_among_good_ones_counts(self):
        status, output, _ = check(DIRECTORY / "abi_g2_test", DIRECTORY / "libabi_absent.a")
        self.assertEqual(status, 1)
        self.assertEqual(output.count("can run ("), 1, output)

    def test_an_installed_tool_finds_the_library_beside_it(self):
        with tempfile.TemporaryDirectory() as directory:
            prefix = pathlib.Path(directory)
            for name in ("bin", "lib/x86_64-linux-gnu"):
                (prefix / name).mkdir(parents=True)
            tool = prefix / "bin" / "openmatrix-check-binary"
            shutil.copy(TOOL, tool)
            status, _, errors = run(tool, DIRECTORY / "abi_g2_test")
            self.assertEqual(status, 2)
            self.assertIn("libmatrix.so not found", errors)

            (prefix / "lib/x86_64-linux-gnu/libmatrix.so").symlink_to(LIBRARY)
            (prefix / "link").symlink_to(tool)
            for called in (tool, prefix / "link"):
                status, output, errors = run(called, DIRECTORY / "abi_g2_test")
                self.assertEqual(status, 0, output + errors)

    def test_a_file_that_is_no_binary_is_an_error(self):
        self.assertEqual(check(__file__)[0], 2)
        self.assertEqual(check("/nonexistent")[0], 2)
        self.assertEqual(run(TOOL)[0], 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
