#!/usr/bin/env python3
"""Settings that change the types of the standard library are refused, each with one message.

usage: settings_test.py <include> <directory of the generated headers>
"""

import shutil
import subprocess
import sys
import tempfile
import unittest

INCLUDES = [f"-I{sys.argv[1]}", "-isystem", sys.argv[2]]
COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]
# The first includes much of the standard library before anything of ours.
HEADERS = ("hiaiengine/data_type_reg.h", "hiaiengine/c_api.h", "openmatrix/stats.h")


def errors_of(compiler, language, header, *flags):
    with tempfile.NamedTemporaryFile("w", suffix=f".{language}") as source:
        source.write(f'#include "{header}"\n')
        source.flush()
        done = subprocess.run([compiler, "-fsyntax-only", *flags, *INCLUDES, source.name],
                              capture_output=True, text=True, timeout=100, check=False,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    found = [line for line in done.stderr.splitlines() if "error: " in line]
    assert (done.returncode == 0) == (not found), done.stderr
    return found


class Settings(unittest.TestCase):
    def assert_refused(self, flag, message):
        for compiler in COMPILERS:
            for header in HEADERS:
                with self.subTest(compiler=compiler, header=header):
                    errors = errors_of(compiler, "cpp", header, "-std=c++11", flag)
                    self.assertEqual(len(errors), 1, errors)
                    self.assertIn(message, errors[0])

    def test_the_debug_mode_is_refused(self):
        self.assert_refused("-D_GLIBCXX_DEBUG", "compile without _GLIBCXX_DEBUG")

    def test_the_old_string_is_refused(self):
        self.assert_refused("-D_GLIBCXX_USE_CXX11_ABI=0", "compile with _GLIBCXX_USE_CXX11_ABI=1")

    def test_another_standard_library_is_refused(self):
        # By what its headers define: they need not be here.
        self.assert_refused("-D_LIBCPP_VERSION=14000", "compile and link without -stdlib=libc++")

    def test_settings_that_change_no_type_are_fine(self):
        for compiler in COMPILERS:
            self.assertEqual(errors_of(
                compiler, "cpp", HEADERS[0], "-std=c++11", "-D_GLIBCXX_DEBUG_PEDANTIC",
                "-D_GLIBCXX_ASSERTIONS", "-D_GLIBCXX_CONCEPT_CHECKS"), [])

    def test_c_has_none_of_these_types(self):
        self.assertEqual(errors_of("gcc", "c", "hiaiengine/c_api.h", "-std=c99",
                                   "-D_GLIBCXX_DEBUG", "-D_GLIBCXX_USE_CXX11_ABI=0"), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
