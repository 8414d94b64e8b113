#!/usr/bin/env python3
"""tools/check_floors.py finds what it must find, and nothing else, in made-up trees."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_floors.py"


class CheckFloors(unittest.TestCase):
    def run_on(self, files):
        """Exit status and output of the checker on a tree with these files below src/."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root) / "src" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_accepts_includes_of_own_and_lower_floors(self):
        status, output = self.run_on({
            "memory/heap.cpp": '#include "memory/heap.h"\n#include "base/result.h"\n#include <vector>\n',
            "api/graph.cpp": '#include "hiaiengine/graph.h"\n#include "runtime/process.h"\n',
            "base/options.cpp": '#include "openmatrix/version.h"\n',
        })
        self.assertEqual(status, 0, output)

    def test_refuses_an_upward_include(self):
        status, output = self.run_on({"memory/heap.cpp": '#include "base/a.h"\n#include "transport/hdc.h"\n'})
        self.assertEqual(status, 1)
        self.assertIn("src/memory/heap.cpp:2", output)

    def test_refuses_an_upward_include_in_angle_brackets(self):
        status, _ = self.run_on({"base/log.h": "#  include <os/futex.h>\n"})
        self.assertEqual(status, 1)

    def test_refuses_vendor_headers_below_the_runtime(self):
        status, output = self.run_on({"transport/codec.cpp": '#include "hiaiengine/status.h"\n'})
        self.assertEqual(status, 1)
        self.assertIn("public headers", output)

    def test_refuses_relative_includes(self):
        status, _ = self.run_on({"base/a.cpp": '#include "../api/guard.h"\n'})
        self.assertEqual(status, 1)

    def test_refuses_a_file_beside_the_floors(self):
        status, _ = self.run_on({"misc/a.cpp": "\n"})
        self.assertEqual(status, 1)

    def test_refuses_an_empty_tree(self):
        status, _ = self.run_on({})
        self.assertEqual(status, 1)


if __name__ == "__main__":
    unittest.main()
