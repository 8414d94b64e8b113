#!/usr/bin/env python3
"""Builds an application against a DDK tree, or runs it and judges each run.

usage: run_app.py build <source> <copy> <DDK_HOME> <shell command>
       run_app.py run [--times N] [--long-times N] [--at-once N] [--limit SECONDS]
                      <name> <copy> <DDK_HOME> <program> [<argument>...]

A run is good if the program exits with 0 within the limit, prints one line that begins with its
name, and neither it nor a sanitizer reports anything else on stdout. --long-times replaces --times
if OPENMATRIX_TEST_LONG is set. OPENMATRIX_TEST_GDB names a gdb for programs that hang.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import time

REPORTS = ("Sanitizer", "runtime error:", "pure virtual", "terminate called")


def environment(ddk_home):
    """What somebody has who follows the README of the tree: DDK_HOME and the host's libraries."""
    result = dict(os.environ)
    for name in ("MAKEFLAGS", "MAKELEVEL", "CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS",
                 "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER", "CMAKE_GENERATOR"):
        result.pop(name, None)
    result["DDK_HOME"] = str(ddk_home)
    result["LD_LIBRARY_PATH"] = f"{ddk_home}/host/lib"
    return result


def build(source, copy, ddk_home, command):
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy)
    # env.sh of the tree goes first: in the tree of a sanitizer it changes the native compiler.
    script = f'. "{ddk_home}/env.sh" && {command}'
    return subprocess.run(["bash", "-c", script], cwd=copy, env=environment(ddk_home),
                          stdin=subprocess.DEVNULL).returncode


def stacks(pid):
    gdb = os.environ.get("OPENMATRIX_TEST_GDB")
    if not gdb:
        return "(no gdb to list its threads)"
    command = [gdb, "-p", str(pid), "-batch", "-ex", "set pagination off",
               "-ex", "thread apply all bt"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, errors="replace",
                                timeout=60)
    except subprocess.TimeoutExpired:
        return "(gdb hangs too)"
    return answer.stdout + answer.stderr


def judge(name, status, out, err):
    """What is wrong with a run that ended; empty if nothing is."""
    lines = out.splitlines()
    if status != 0:
        return f"exit status {status}"
    if len(lines) != 1 or not lines[0].startswith(f"{name}: "):
        return f"expected one line '{name}: ...' on stdout"
    for report in REPORTS:
        if report in err:
            return f"'{report}' on stderr"
    return ""


def run_once(name, copy, ddk_home, command, limit):
    """Returns (line of the program, what is wrong)."""
    process = subprocess.Popen(command, cwd=copy, env=environment(ddk_home), text=True,
                               errors="replace", stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=limit)
        wrong = judge(name, process.returncode, out, err)
    except subprocess.TimeoutExpired:
        wrong = f"no end after {limit} s; its threads:\n{stacks(process.pid)}"
        process.kill()
        out, err = process.communicate()
    if wrong:
        wrong += f"\n--- stdout\n{out}\n--- stderr\n{err[-20000:]}"
    return out.strip(), wrong


def run(options):
    times = options.times
    if options.long_times and os.environ.get("OPENMATRIX_TEST_LONG"):
        times = options.long_times
    command = [str((pathlib.Path(options.copy) / options.command[0]).resolve())]
    command += options.command[1:]

    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
        runs = [pool.submit(run_once, options.name, options.copy, options.ddk_home, command,
                            options.limit) for _ in range(times)]
        line = ""
        for number, one in enumerate(runs, 1):
            line, wrong = one.result()
            if wrong:
                pool.shutdown(wait=False, cancel_futures=True)
                print(f"run {number} of {times}: {wrong}", file=sys.stderr)
                return 1
    each = (time.monotonic() - begin) / times
    print(f"{times} runs, {each:.2f} s each; the last one says: {line}")
    return 0


def main(arguments):
    if arguments[:1] == ["build"] and len(arguments) == 5:
        return build(*arguments[1:])
    if arguments[:1] != ["run"]:
        sys.exit(__doc__)
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--long-times", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("name")
    parser.add_argument("copy")
    parser.add_argument("ddk_home")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments[1:])
    if not options.command:
        sys.exit(__doc__)
    return run(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
