#!/usr/bin/env python3
"""tests/mutants/run on a project of one rule: what it must accept, and where it must fail."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

RUN = pathlib.Path(__file__).resolve().parent / "run"

CMAKE = """cmake_minimum_required(VERSION 3.21)
project(small LANGUAGES NONE)
enable_testing()
add_custom_target(nothing)
add_custom_target(compile COMMAND ${CMAKE_COMMAND} -E cat ${PROJECT_SOURCE_DIR}/rule.txt)
add_test(NAME small.rule COMMAND grep -q good ${PROJECT_SOURCE_DIR}/rule.txt)
"""
PRESETS = """{"version": 3, "configurePresets": [{"name": "dev", "generator": "Ninja",
"binaryDir": "${sourceDir}/build/dev"}]}
"""
RULE = "first\nthe rule is good\nlast\n"


def patch(removed, added, head="# rule: the word\n# tests: ^small\n# targets: nothing\n"):
    return (head + "--- a/rule.txt\n+++ b/rule.txt\n@@ -1,3 +1,3 @@\n first\n" +
            f"-{removed}\n+{added}\n last\n")


class RunTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        self.mutants = self.root / "tests" / "mutants"
        self.mutants.mkdir(parents=True)
        shutil.copy(RUN, self.mutants / "run")
        (self.root / "CMakeLists.txt").write_text(CMAKE)
        (self.root / "CMakePresets.json").write_text(PRESETS)
        (self.root / "rule.txt").write_text(RULE)

    def add(self, name, text):
        (self.mutants / f"{name}.patch").write_text(text)

    def run_mutants(self, *arguments):
        done = subprocess.run([self.mutants / "run", *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def test_a_mutant_that_a_test_notices_is_killed(self):
        self.add("bad_word", patch("the rule is good", "the rule is bad"))
        status, output = self.run_mutants()
        self.assertIn("killed    bad_word by small.rule (status 1)", output)
        self.assertEqual(status, 0, output)
        self.assertEqual((self.root / "rule.txt").read_text(), RULE)

    def test_a_mutant_that_no_test_notices_is_a_failure(self):
        self.add("bad_word", patch("the rule is good", "the rule is bad"))
        self.add("other_word", patch("the rule is good", "this rule is good"))
        status, output = self.run_mutants()
        self.assertIn("SURVIVES  other_word", output)
        self.assertIn("1 of 2 killed", output)
        self.assertEqual(status, 1)
        self.assertEqual(self.run_mutants("bad_word")[0], 0)

    def test_a_patch_that_no_longer_applies_is_a_failure(self):
        self.add("stale", patch("the rule was good", "the rule is bad"))
        for arguments in [(), ("--check",)]:
            status, output = self.run_mutants(*arguments)
            self.assertIn("ERROR     stale does not apply", output)
            self.assertEqual(status, 1)

    def test_a_mutant_that_does_not_compile_is_not_killed(self):
        compile_command = "-E compare_files ${PROJECT_SOURCE_DIR}/same.txt"
        (self.root / "CMakeLists.txt").write_text(CMAKE.replace("-E cat", compile_command))
        (self.root / "same.txt").write_text(RULE)
        self.add("bad_word", patch("the rule is good", "the rule is bad").replace(
            "targets: nothing", "targets: compile"))
        status, output = self.run_mutants()
        self.assertIn("ERROR     bad_word does not compile", output)
        self.assertEqual(status, 1)

    def test_tests_that_fail_without_a_mutant_are_a_failure(self):
        (self.root / "rule.txt").write_text(RULE.replace("good", "bad"))
        self.add("bad_word", patch("the rule is bad", "the rule is worse"))
        status, output = self.run_mutants()
        self.assertIn("without any mutant, small.rule fails", output)
        self.assertEqual(status, 1)

    def test_a_patch_without_its_head_is_a_failure(self):
        self.add("headless", patch("the rule is good", "the rule is bad", head=""))
        status, output = self.run_mutants("--check")
        self.assertIn("no line '# rule: ...'", output)
        self.assertEqual(status, 1)

    def test_tests_that_do_not_exist_are_a_failure(self):
        self.add("untested", patch("the rule is good", "the rule is bad").replace("^small", "^big"))
        status, output = self.run_mutants()
        self.assertIn("untested: no test matches ^big", output)
        self.assertEqual(status, 1)


if __name__ == "__main__":
    unittest.main()
