#!/usr/bin/env python3
"""Host and device halves with every combination of C++ run times, in all of which both must work.

usage: cells_test.py <work directory> <libmatrix.so> <include directories, separated by ;>

Host: {shared, static libstdc++} x {g++, clang++}. Device: the same x {with the flags of the wrappers,
without}. Each half is compiled once per compiler and set of flags and linked once per cell of its own.
"""

import itertools
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
COMPILERS = ["g++", "clang++"]
RUNTIMES = {"shared": [], "static": ["-static-libstdc++", "-static-libgcc"]}
FLAGS = {"wrapped": ["-Wl,-Bsymbolic"], "plain": []}
EXPECTED = """\
cout hollow 0.25
cout hello 0.25
host 1.23457e+06 1 hoLow inner invalid range derived minet 5
device 1.23457e+06 1 heLo inner invalid range derived minet 5
"""
CONFIGURATION = """\
graphs { graph_id: 1
  engines { id: 1 engine_name: "Describes" so_name: "%s" }
  engines { id: 2 engine_name: "Forwards" side: HOST }
  connects { src_engine_id: 1 target_engine_id: 2 } }
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)


def must(*command):
    result = run(*command)
    if result.returncode != 0:
        sys.exit(f"cells_test: {command} answers {result.returncode}:\n{result.stderr}")


def compile_half(compiler, source, target, includes, *flags):
    launcher = ["ccache"] if os.path.exists("/usr/bin/ccache") else []
    must(*launcher, compiler, "-std=c++11", "-O0", "-fPIC", "-w", "-c", *flags,
         *[f"-I{directory}" for directory in [HERE, *includes]], source, "-o", target)


def build(work, library, includes):
    """The programs and the device libraries, by name."""
    programs, devices = {}, {}
    for compiler in COMPILERS:
        half = work / f"{compiler}-program.o"
        compile_half(compiler, HERE / "program.cpp", half, includes)
        for runtime, link in RUNTIMES.items():
            name = f"{compiler}-{runtime}"
            programs[name] = work / name
            must(compiler, half, "-o", programs[name], library, *link, "-pthread",
                 f"-Wl,-rpath,{library.parent}", "-Wl,--allow-shlib-undefined")
        for flags, link_flags in FLAGS.items():
            half = work / f"{compiler}-{flags}.o"
            unique = flags == "wrapped" and compiler == "g++"
            compile_half(compiler, HERE / "device.cpp", half, includes,
                         *(["-fno-gnu-unique"] if unique else []))
            for runtime, link in RUNTIMES.items():
                name = f"{compiler}-{runtime}-{flags}"
                devices[name] = work / f"lib{name}.so"
                must(compiler, "-shared", half, "-o", devices[name], *link, *link_flags)
    return programs, devices


def main():
    work, library = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    work.mkdir(parents=True, exist_ok=True)
    programs, devices = build(work, library, [word for word in sys.argv[3].split(";") if word])
    failures = 0
    for program, device in itertools.product(programs, devices):
        configuration = work / f"{device}.config"
        configuration.write_text(CONFIGURATION % devices[device])
        result = run(programs[program], configuration, timeout=120)
        if result.returncode != 0 or result.stdout != EXPECTED:
            failures += 1
            print(f"host {program}, device {device}: answers {result.returncode}:\n"
                  f"{result.stdout}{result.stderr}")
    print(f"{len(programs) * len(devices)} cells, {failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
