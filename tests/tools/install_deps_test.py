#!/usr/bin/env python3
"""tools/install-deps installs what is missing and nothing else, with made-up package tools."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "install-deps"

# Prints the states that a package has, one per architecture, through the format that is asked for.
QUERY = r"""#!/bin/sh
for last; do :; done
[ "$last" != "$MISSING" ] || { echo "no packages found" >&2; exit 1; }
for state in $STATES; do printf "$(printf %s "$3" | sed "s/.{db:Status-Status}/$state/")"; done
"""


class InstallDeps(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.programs = pathlib.Path(directory.name)
        for name, script in (("dpkg-query", QUERY), ("id", "#!/bin/sh\necho 0\n"),
                             ("apt-get", '#!/bin/sh\necho "apt-get $*"\n')):
            (self.programs / name).write_text(script, encoding="utf-8")
            (self.programs / name).chmod(0o755)

    def run_with(self, states, missing=""):
        """Status and output on a machine where packages have these states."""
        path = f"{self.programs}:{os.environ['PATH']}"
        done = subprocess.run(["sh", SCRIPT], capture_output=True, text=True, check=False,
                              env={"PATH": path, "STATES": states, "MISSING": missing})
        return done.returncode, done.stdout + done.stderr

    def test_does_nothing_when_all_are_there(self):
        self.assertEqual(self.run_with("installed"), (0, ""))

    def test_one_architecture_of_several_will_do(self):
        self.assertEqual(self.run_with("installed installed"), (0, ""))
        self.assertEqual(self.run_with("config-files installed"), (0, ""))

    def test_installs_what_is_missing(self):
        status, output = self.run_with("installed", missing="libcereal-dev")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"apt-get install .* libcereal-dev\n")

    def test_what_is_removed_but_configured_is_missing(self):
        status, output = self.run_with("config-files")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"apt-get install .* cmake ")


if __name__ == "__main__":
    unittest.main()
