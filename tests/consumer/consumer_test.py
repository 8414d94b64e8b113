#!/usr/bin/env python3
"""Builds the application in app/ against openmatrix in one of the ways a stranger would, and runs it.

usage: consumer_test.py <way> <work directory> [NAME=VALUE]...

  find_package       CMake project that finds the installation; PREFIX
  hidden             the same, everything compiled with hidden visibility; PREFIX
  add_subdirectory   CMake project that contains openmatrix; SOURCE
  pkg_config         compiler and pkg-config only, the installation moved elsewhere; PREFIX
  pkg_config_absolute  the same with absolute directories of its own; PREFIX, SOURCE, CMAKE
  deb                the Debian packages, unpacked into a directory; BUILD, CPACK
  docker             the commands of docker/Dockerfile; SOURCE
  sanitized          the packages with sanitized libraries, and trees for them; SOURCE. Compiles
                     the library only if OPENMATRIX_TEST_LONG is set, else looks at how it would

SANITIZE=address|thread adds that sanitizer to the application. CXX is the compiler.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

APP = pathlib.Path(__file__).resolve().parent / "app"
EXPECTED = re.compile(r"consumer of \d+\.\d+\.\d+: xirtam:24\n")
SANITIZERS = {"": [], "address": ["-fsanitize=address,undefined"], "thread": ["-fsanitize=thread"]}


def check(condition, complaint):
    if not condition:
        sys.exit(f"consumer_test: {complaint}")


def run(*command, **options):
    """The output of a command that must succeed."""
    result = subprocess.run([str(word) for word in command], text=True, errors="replace",
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                            **options)
    check(result.returncode == 0, f"{command} answers {result.returncode}:\n{result.stdout}")
    return result.stdout


def run_application(directory, **options):
    out = run(directory / "consumer", cwd=directory, timeout=200, **options)
    check(EXPECTED.fullmatch(out), f"the application says: {out}")


class Consumer:
    def __init__(self, work, settings):
        self.work = work
        self.sanitizer = settings.get("SANITIZE", "")
        self.flags = SANITIZERS[self.sanitizer]
        self.cxx = settings["CXX"]
        for name in ("PREFIX", "SOURCE", "BUILD"):
            if name in settings:
                setattr(self, name.lower(), pathlib.Path(settings[name]))
        self.cmake = settings.get("CMAKE", "cmake")
        self.cpack = settings.get("CPACK", "cpack")

    # --- CMake -----------------------------------------------------------------------------------

    def cmake_project(self, *definitions, targets=()):
        build = self.work / "build"
        run(self.cmake, "-S", APP, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={self.cxx}",
            f"-DCMAKE_CXX_FLAGS={' '.join(self.flags)}", *definitions)
        run(self.cmake, "--build", build, "-j2", *(f"--target={target}" for target in targets))
        run_application(build)
        return build

    def find_package(self):
        self.cmake_project(f"-DCMAKE_PREFIX_PATH={self.prefix}")

    def hidden(self):
        self.cmake_project(f"-DCMAKE_PREFIX_PATH={self.prefix}",
                           "-DCMAKE_CXX_VISIBILITY_PRESET=hidden",
                           "-DCMAKE_VISIBILITY_INLINES_HIDDEN=ON")

    def add_subdirectory(self):
        build = self.cmake_project(f"-DOPENMATRIX_SOURCE={self.source}",
                                   targets=("consumer", "consumer_device"))
        # What belongs to our own development stays out of a stranger's build.
        targets = run("ninja", "-C", build, "-t", "targets", "all")
        check("openmatrix/libmatrix.so" in targets, "the targets cannot be read")
        for name in ("_test:", "crop_demo:", "_bench:", "gtest", "CPackConfig"):
            check(name not in targets, f"the build has {name}")

    # --- pkg-config ------------------------------------------------------------------------------

    def build_by_hand(self, pc_directory, libraries):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(pc_directory)}
        flags = run("pkg-config", "--cflags", "openmatrix", env=environment).split()
        links = run("pkg-config", "--libs", "openmatrix", env=environment).split()
        common = [self.cxx, "-std=c++11", "-fPIC", *self.flags, *flags]
        run(*common, APP / "main.cpp", "-o", self.work / "consumer", *links,
            f"-Wl,-rpath,{libraries}")
        run(*common, "-fno-gnu-unique", "-shared", "-Wl,-Bsymbolic", APP / "device.cpp", "-o",
            self.work / "libconsumer_device.so")
        shutil.copy(APP / "consumer.config", self.work)
        run_application(self.work)
        return flags, links

    def pkg_config(self):
        moved = self.work / "moved"
        shutil.copytree(self.prefix, moved, symlinks=True)
        pc_file, = moved.glob("**/openmatrix.pc")
        libraries = next(moved.glob("**/libmatrix.so")).parent
        flags, links = self.build_by_hand(pc_file.parent, libraries)
        check(str(self.prefix) not in " ".join(flags + links), f"not moved: {flags} {links}")

    def pkg_config_absolute(self):
        headers, libraries = self.work / "other/headers", self.work / "elsewhere"
        headers.parent.mkdir()
        headers.symlink_to(self.prefix / "include")
        libraries.symlink_to(next(self.prefix.glob("**/libmatrix.so")).parent)
        script = self.work / "write.cmake"
        script.write_text(f"""
            set(PROJECT_VERSION 9.8.7)
            include({self.source}/cmake/PkgConfig.cmake)
            openmatrix_write_pkg_config({self.work}/pc/openmatrix.pc PREFIX /nowhere
              PKGCONFIGDIR {self.work}/pc LIBDIR {libraries} INCLUDEDIR {headers})
            """, encoding="utf-8")
        run(self.cmake, "-P", script)
        flags, links = self.build_by_hand(self.work / "pc", libraries)
        check(f"-I{headers}" in flags and f"-L{libraries}" in links, f"{flags} {links}")

    # --- Debian packages -------------------------------------------------------------------------

    def deb(self):
        run(self.cpack, "-G", "DEB", "--config", self.build / "CPackConfig.cmake", "-B", self.work)
        runtime, = self.work.glob("libopenmatrix1_*.deb")
        dev, = self.work.glob("libopenmatrix-dev_*.deb")
        self.check_control(runtime, dev)
        self.check_contents(runtime, dev)

        root = self.work / "root"
        run("dpkg-deb", "-x", runtime, root)
        run("dpkg-deb", "-x", dev, root)
        self.prefix = root / "usr"
        self.find_package()
        run(self.prefix / "bin/openmatrix-ddk", self.work / "ddk")
        library = (self.work / "ddk/host/lib/libmatrix.so").resolve()
        check(library.is_relative_to(root), f"the DDK tree uses {library}")

    def check_control(self, runtime, dev):
        def field(package, name):
            return run("dpkg-deb", "-f", package, name).strip()

        version = field(runtime, "Version")
        for library in ("libc6", "libprotobuf32", "libssl3", "libstdc++6"):
            check(re.search(rf"\b{re.escape(library)}\b", field(runtime, "Depends")),
                  f"the runtime does not depend on {library}: {field(runtime, 'Depends')}")
        depends = [word.strip() for word in field(dev, "Depends").split(",")]
        for package in (f"libopenmatrix1 (= {version})", "libcereal-dev", "libprotobuf-dev",
                        "libssl-dev"):
            check(package in depends, f"dev does not depend on {package}: {depends}")
        check("g++" not in field(runtime, "Depends"), "the runtime wants a compiler")
        check(field(dev, "Version") == version, "two versions")
        extra = self.work / "control"
        run("dpkg-deb", "-e", runtime, extra)
        check((extra / "shlibs").read_text() == f"libmatrix 1 libopenmatrix1 (>= {version})\n" and
              "ldconfig" in (extra / "triggers").read_text(), "shlibs or triggers are wrong")
        for package in (runtime, dev):
            check(field(package, "Description").count("\n") >= 2, "no description")
            check(field(package, "Architecture") == run("dpkg", "--print-architecture").strip(),
                  "wrong architecture")

    def check_contents(self, runtime, dev):
        def names(package):
            listing = run("dpkg-deb", "-c", package)
            return [re.sub(r" -> .*", "", line.split(None, 5)[5]) for line in listing.splitlines()
                    if not line.startswith("d")]

        libraries = sorted(pathlib.PurePath(name).name for name in names(runtime))
        check(len(libraries) == 3 and libraries[0] == "libmatrix.so" and
              libraries[1] == "libmatrix.so.1", f"the runtime has {libraries}")
        development = names(dev)
        for wanted in ("./usr/include/hiaiengine/api.h", "./usr/include/proto/graph_config.pb.h",
                       "./usr/include/openmatrix/version.h", "./usr/include/libc_sec/securec.h",
                       "./usr/bin/openmatrix-ddk", "./usr/share/openmatrix/ddk/compile"):
            check(wanted in development, f"dev lacks {wanted}")
        for wanted in ("openmatrixConfig.cmake", "openmatrixTargets.cmake", "openmatrix.pc",
                       "libc_sec.so"):
            check(any(name.endswith(f"/{wanted}") for name in development), f"dev lacks {wanted}")
        allowed = re.compile(r"\./usr/(bin/openmatrix-[a-z-]+|share/(openmatrix|doc)/.*|"
                             r"include/(hiaiengine|openmatrix|proto|libc_sec)/.*\.h(pp)?|"
                             r"lib/(.*/)?(cmake/openmatrix/.*\.cmake|pkgconfig/openmatrix\.pc|"
                             r"openmatrix/.*\.so(\..*)?))")
        for name in development:
            check(allowed.fullmatch(name), f"dev should not have {name}")


    # --- the rest --------------------------------------------------------------------------------

    def docker(self):
        scripts = self.source / "docker"
        commands = (scripts / "Dockerfile").read_text(encoding="utf-8")
        for name in ("install", "build-app"):
            check(f"docker/{name} " in commands, f"the Dockerfile does not run docker/{name}")
        # Not optimised, to be quick: then ccache knows most of it from add_subdirectory.
        environment = {**os.environ, "CMAKE_BUILD_TYPE": "None"}
        run(scripts / "install", self.source, self.work / "build", self.work / "prefix",
            env=environment)
        application = self.work / "application"
        shutil.copytree(self.source / "tests/apps/license_plates", application)
        out = run(scripts / "build-app", self.work / "prefix", self.work / "ddk", application,
                  "./build.sh", "out/license_plates")
        check(re.search(r"^license_plates: ", out, re.MULTILINE), out)

    def sanitized(self):
        build = self.work / "build"
        run(self.cmake, "--preset", "package", "-S", self.source, "-B", build, cwd=self.source)
        plans = {"asan": "-fsanitize=address,undefined", "tsan": "-fsanitize=thread"}
        plain = self.sources(build, "matrix", "")
        for variant, flag in plans.items():
            check(self.sources(build, f"matrix_{variant}", flag) == plain, f"{variant} differs")
        if not os.environ.get("OPENMATRIX_TEST_LONG"):
            return
        run(self.cmake, "--build", build, "-j2")
        run(self.cmake, "--install", build, "--prefix", self.work / "usr")
        for variant in plans:
            tree = self.work / variant
            run(self.work / "usr/bin/openmatrix-ddk", tree, f"--{variant}")
            library, = (tree / "host/lib").glob("libmatrix.so.1")
            check(f"__{variant}_init" in run("nm", "-D", library), f"{library} is plain")

    def sources(self, build, target, flag):
        """What a target compiles; each command must have the flag, or no sanitizer."""
        result = set()
        for command in run("ninja", "-C", build, "-t", "commands", target).splitlines():
            source = re.search(r" -c (\S+)$", command)
            if source:
                result.add(source[1])
                check(flag in command if flag else "-fsanitize" not in command, command)
        check(len(result) > 20, f"{target} compiles only {result}")
        return result


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    way, work = arguments[0], pathlib.Path(arguments[1]).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    settings = dict(argument.split("=", 1) for argument in arguments[2:])
    getattr(Consumer(work, settings), way)()
    print(f"{way}: the application was built and runs")


if __name__ == "__main__":
    main(sys.argv[1:])
