#!/usr/bin/env python3
"""Each way in which an application can fail makes run_app.py fail, and says how."""

import os
import pathlib
import subprocess
import sys
import tempfile

RUNNER = pathlib.Path(__file__).resolve().parent / "run_app.py"

# name, program (a shell script), good?, what the runner must say
RUNS = (
    ("good", "echo 'demo: 3 frames'", True, "demo: 3 frames"),
    ("log_lines_are_fine", "echo '[ERROR] x' >&2; echo 'demo: ok'", True, "demo: ok"),
    ("status", "echo 'demo: ok'; exit 3", False, "exit status 3"),
    ("signal", "echo 'demo: ok'; kill -SEGV $$", False, "exit status -11"),
    ("silence", "true", False, "expected one line"),
    ("chatter", "echo 'demo: ok'; echo more", False, "expected one line"),
    ("other_name", "echo 'omed: ok'", False, "expected one line"),
    ("race", "echo 'demo: ok'; echo 'WARNING: ThreadSanitizer: data race' >&2", False,
     "'Sanitizer' on stderr"),
    ("undefined", "echo 'demo: ok'; echo 'x.cpp:1:2: runtime error: shift' >&2", False,
     "'runtime error:' on stderr"),
    ("hang", "echo 'demo: ok'; exec sleep 600", False, "no end after 2.0 s"),
    # $0.count grows by a line per run: the sixth of ten fails.
    ("sometimes", "echo >> $0.count; test $(wc -l < $0.count) -ne 6 && echo 'demo: ok'", False,
     "run 6 of 10"),
)


def check(directory, name, script, good, says):
    program = directory / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    limit = "2" if name == "hang" else "60"
    answer = subprocess.run(
        [sys.executable, str(RUNNER), "run", "--times", "10", "--limit", limit, "demo",
         str(directory), "/no/ddk", name],
        capture_output=True, text=True, errors="replace")
    output = answer.stdout + answer.stderr
    if (answer.returncode == 0) != good or says not in output:
        sys.exit(f"{name}: status {answer.returncode}, output:\n{output}")
    if name == "hang" and os.environ.get("OPENMATRIX_TEST_GDB") and "#0 " not in output:
        sys.exit(f"{name}: gdb lists no threads:\n{output}")


def check_build(directory):
    source = directory / "source"
    source.mkdir()
    (source / "file").write_text("text", encoding="utf-8")
    ddk = directory / "ddk"
    ddk.mkdir()
    (ddk / "env.sh").write_text("export FROM_ENV=yes\n", encoding="utf-8")
    call = [sys.executable, str(RUNNER), "build", str(source), str(directory / "copy"), str(ddk)]
    good = 'test "$FROM_ENV" = yes && test -n "$DDK_HOME" && cp file made'
    if subprocess.run(call + [good]).returncode != 0:
        sys.exit("a build that works fails")
    if (source / "made").exists() or not (directory / "copy" / "made").exists():
        sys.exit("the build did not run in the copy")
    if subprocess.run(call + ["exit 4"]).returncode == 0:
        sys.exit("a build that fails works")


def main():
    with tempfile.TemporaryDirectory(prefix="run_app_test_") as directory:
        for case in RUNS:
            check(pathlib.Path(directory), *case)
        check_build(pathlib.Path(directory))
    print(f"{len(RUNS)} kinds of runs, 2 of builds")


if __name__ == "__main__":
    main()
