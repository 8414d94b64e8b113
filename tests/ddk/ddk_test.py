#!/usr/bin/env python3
"""Tests openmatrix-ddk and the tree that it laid out.

usage: ddk_test.py <tool> <tree> <none|asan|tsan> [unittest arguments]
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOOL = TREE = pathlib.Path()  # set below, as is VARIANT
VARIANT = "none"

LIBRARIES = """matrix mmpa memory drvdevdrv drvhdc_host profilerclient slog c_sec protobuf ssl
    crypto matrixdaemon idedaemon Dvpp_api Dvpp_jpeg_decoder Dvpp_jpeg_encoder Dvpp_png_decoder
    Dvpp_vpc hiai_common hiai_server hiai_client media_mini fmk_common opencv_world""".split()
DEVICE_BIN = "toolchains/aarch64-linux-gcc6.3/bin"
BOTH_BIN = "arm/cross_compile/install/bin"
PROGRAMS = """gcc g++ c++ cc cpp ar as ld nm ranlib strip objcopy objdump readelf size strings
    addr2line c++filt gcc-ar gcc-nm gcc-ranlib gcov""".split()

# Has a static local of an inline function, which g++ makes unique, and a tail call.
SOURCE = """
inline int& Counter() { static int counter; return counter; }
int Helper(int);
extern "C" int Count(int by) { Counter() += by; return Helper(Counter()); }
"""


def environment(home=None):
    result = {name: value for name, value in os.environ.items()
              if name not in ("CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS",
                              "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER")}
    result["LC_ALL"] = "C"
    if home:
        result["DDK_HOME"] = str(home)
    return result


def run(*command, **options):
    options.setdefault("env", environment())
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", timeout=100, check=False, **options)


def variant_option():
    return [] if VARIANT == "none" else [f"--{VARIANT}"]


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ddk test ")  # a blank, on purpose
        self.addCleanup(directory.cleanup)
        self.home = pathlib.Path(directory.name)

    def good(self, *command, **options):
        """The output of a command that must succeed without a word to stderr."""
        result = run(*command, cwd=self.home, **options)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result)
        return result.stdout

    def write(self, name, content):
        (self.home / name).write_text(content, encoding="utf-8")
        return self.home / name

    def compiler(self, name, directory=DEVICE_BIN):
        return TREE / directory / f"aarch64-linux-gnu-{name}"


class Tree(Case):
    def test_every_library_is_where_builds_look_for_it(self):
        for directory in ("host/lib", "lib64", "device/lib"):
            for name in LIBRARIES:
                with self.subTest(directory=directory, name=name):
                    path = TREE / directory / f"lib{name}.so"
                    self.assertTrue(path.is_file(), path)
                    self.assertEqual(path.read_bytes()[:4], b"\x7fELF")

    def test_the_library_is_instrumented_as_the_tree_says(self):
        symbols = self.good("nm", "-D", TREE / "host/lib/libmatrix.so")
        found = [name for name in ("asan", "tsan") if f" __{name}_init" in symbols]
        self.assertEqual(found, [] if VARIANT == "none" else [VARIANT])

    def test_every_header_is_found_from_each_include_root(self):
        for root, header in (("include", "hiaiengine/api.h"), ("include", "proto/ai_types.pb.h"),
                             ("include/inc", "hiaiengine/api.h"),
                             ("include/inc", "proto/graph_config.pb.h"),
                             ("include/inc", "openmatrix/version.h"),
                             ("include/third_party/cereal/include", "cereal/cereal.hpp"),
                             ("include/third_party/protobuf/include",
                              "google/protobuf/text_format.h")):
            self.assertTrue((TREE / root / header).is_file(), f"{root}/{header}")

    def test_third_party_directories_have_nothing_else_of_the_system(self):
        third_party = TREE / "include/third_party"
        self.assertEqual(os.listdir(third_party / "cereal/include"), ["cereal"])
        self.assertEqual(os.listdir(third_party / "protobuf/include"), ["google"])
        self.assertEqual(os.listdir(third_party / "protobuf/include/google"), ["protobuf"])

    OLD = "google/protobuf/generated_message_table_driven.h"
    # What a file of an older protoc has, up to its first class.
    OLD_FILE = ("#include <google/protobuf/stubs/common.h>\n"
                f"#include <{OLD}>\n"
                "struct TableStruct {\n"
                "  static const ::google::protobuf::internal::ParseTable schema[];\n"
                "  static const ::google::protobuf::internal::AuxillaryParseTableField aux[];\n"
                "};\n")

    def test_a_generated_file_of_an_older_protoc_is_refused_with_one_message(self):
        source = self.write("old.pb.cc", self.OLD_FILE)
        for root in ("include", "include/inc", "include/third_party/protobuf/include"):
            for compiler in filter(shutil.which, ("g++", "clang++")):
                with self.subTest(root=root, compiler=compiler):
                    result = run(compiler, "-std=c++11", "-fsyntax-only", f"-I{TREE}/{root}",
                                 source)
                    self.assertNotEqual(result.returncode, 0)
                    errors = [line for line in result.stderr.splitlines() if "error: " in line]
                    self.assertIn("run protoc again", errors[0])
                    self.assertLessEqual(len(errors), 2, result.stderr)  # and nothing of the rest
        self.assertIn("protoc --proto_path=", (TREE / "README").read_text(encoding="utf-8"))

    def test_a_protobuf_that_has_the_old_header_is_left_alone(self):
        theirs = self.home / "theirs"
        (theirs / self.OLD).parent.mkdir(parents=True)
        (theirs / self.OLD).write_text("namespace google { namespace protobuf { namespace internal "
                                       "{ struct ParseTable {}; struct AuxillaryParseTableField {};"
                                       " } } }\n", encoding="utf-8")
        source = self.write("old.pb.cc", self.OLD_FILE)
        self.good("g++", "-std=c++11", "-fsyntax-only", f"-I{TREE}/include", f"-I{theirs}", source)

        # As if the system's were such a one.
        (theirs / self.OLD).with_name("message.h").touch()
        moved = self.home / "moved"
        shutil.copytree(TOOL.parent.parent, moved, symlinks=True)
        tool = moved / "bin" / TOOL.name
        text = tool.read_text(encoding="utf-8")
        system = re.search(r"third_party '(.*)' google/protobuf/message.h", text).group(1)
        text = text.replace(f"'{system}' google", f"'{theirs}' google")
        tool.write_text(text.replace(f"'{system}/google", f"'{theirs}/google"), encoding="utf-8")
        self.good(tool, "tree", *variant_option())
        third_party = self.home / "tree/include/third_party/protobuf/include"
        self.assertTrue((third_party / self.OLD).samefile(theirs / self.OLD))
        self.assertFalse((self.home / "tree/include" / self.OLD).exists())

    def test_securec_is_found_by_both_names(self):
        for name in ("include/libc_sec/include/securec.h", "include/libc_sec/securec.h",
                     "include/inc/libc_sec/securec.h"):
            self.assertTrue((TREE / name).is_file(), name)

    def test_both_toolchains_are_complete(self):
        for directory in (DEVICE_BIN, BOTH_BIN):
            for name in PROGRAMS:
                with self.subTest(directory=directory, name=name):
                    self.assertRegex(self.good(self.compiler(name, directory), "--version"),
                                     "Free Software Foundation")
        self.assertTrue((TREE / "toolchains/aarch64-linux-gcc6.3/sysroot").is_dir())

    def test_the_readme_says_that_it_is_a_simulation(self):
        self.assertTrue((TREE / "README").read_text(encoding="utf-8").startswith("A simulation"))

    def test_the_environment_names_the_tree_and_its_libraries(self):
        script = f'. "{TREE}/env.sh" && echo "$DDK_HOME" && echo "$LD_LIBRARY_PATH" && echo "$PATH"'
        home, libraries, path = self.good("sh", "-euc", script).splitlines()
        self.assertEqual(home, str(TREE))
        self.assertEqual(libraries.split(":")[0], f"{TREE}/host/lib")
        self.assertEqual(path.split(":")[0] == f"{TREE}/bin", VARIANT != "none")

    def test_the_environment_has_every_name_that_makefiles_use(self):
        tree = self.home / "a tree's"  # a blank and a quote
        self.good(TOOL, tree, *variant_option())
        values = {"DDK_HOME": tree, "DDK_PATH": tree, "NPU_HOST_LIB": tree / "host/lib",
                  "NPU_DEV_LIB": tree / "device/lib", "NPU_DEVICE_LIB": tree / "device/lib"}
        for name in list(values)[2:]:
            self.assertTrue((values[name] / "libmatrix.so").is_file(), name)
        # From another directory, twice, over values of somebody else; exported.
        script = (f'. "{tree}/env.sh" && . "{tree}/env.sh" && '
                  f'exec printenv {" ".join(values)} LD_LIBRARY_PATH')
        for shell in filter(shutil.which, ("sh", "dash", "bash", "zsh")):
            for before in ("", "/mine", "/mine:", "::/mine"):
                with self.subTest(shell=shell, before=before):
                    env = {**environment(), **dict.fromkeys(values, "/else's"),
                           "LD_LIBRARY_PATH": before}
                    found = self.good(shell, "-euc", script, env=env).splitlines()
                    path = f"{tree}/host/lib" + (f":{before}" if before else "")
                    self.assertEqual(found, [*map(str, values.values()), path])

    def test_the_environment_of_one_tree_replaces_that_of_another(self):
        other = self.home / "other"
        (other / "bin").mkdir(parents=True)
        (other / ".openmatrix-ddk").touch()
        script = (f'DDK_HOME="{other}" PATH="{other}/bin:$PATH"; . "{TREE}/env.sh"; '
                  f'. "{TREE}/env.sh"; echo "$PATH"')
        path = self.good("sh", "-euc", script).strip().split(":")
        self.assertNotIn(f"{other}/bin", path)
        self.assertEqual(path.count(f"{TREE}/bin"), 0 if VARIANT == "none" else 1)

    def test_a_program_linked_with_every_name_runs(self):
        source = self.write("main.c", "int main(void) { return 0; }\n")
        names = [f"-l{name}" for name in LIBRARIES]
        script = (f'. "{TREE}/env.sh"; gcc "{source}" -o all -Wl,-z,relro,-z,now -rdynamic -pie '
                  f'-Wl,--no-as-needed -L"$DDK_HOME/host/lib" {" ".join(names)} -lpthread -ldl && '
                  './all')
        self.good("sh", "-euc", script)
        needed = self.good("readelf", "-d", "all")
        for name in ("mmpa", "Dvpp_api", "opencv_world"):
            self.assertIn(f"[lib{name}.so]", needed)
        self.assertIn("[libmatrix.so.1]", needed)


class Wrappers(Case):
    def library(self, compiler, *arguments):
        """(symbol table, dynamic section, code) of SOURCE as a shared library."""
        self.write("count.cpp", SOURCE)
        self.good(compiler, "-std=c++11", "-fPIC", "-O2", "-c", "count.cpp", *arguments)
        self.good(compiler, "-shared", "count.o", "-o", "libcount.so", *arguments)
        return (self.good("nm", "-C", "libcount.so"), self.good("readelf", "-d", "libcount.so"),
                self.good("objdump", "-d", "libcount.so"))

    def test_device_libraries_keep_their_names_to_themselves(self):
        symbols, dynamic, code = self.library(self.compiler("g++"))
        self.assertRegex(symbols, r" [VB] Counter\(\)::counter")
        self.assertNotRegex(symbols, r" u ")
        self.assertRegex(dynamic, r"FLAGS.*SYMBOLIC")
        self.assertRegex(code, r"call.*Helper")

    def test_the_compiler_of_both_halves_leaves_host_libraries_as_they_are(self):
        symbols, dynamic, _ = self.library(self.compiler("g++", BOTH_BIN))
        self.assertNotRegex(symbols, r" u ")
        self.assertNotRegex(dynamic, r"SYMBOLIC")

    def test_the_native_compiler_differs_so_that_the_flags_matter(self):
        symbols, dynamic, code = self.library("g++")
        self.assertRegex(symbols, r" u Counter\(\)::counter")
        self.assertNotRegex(dynamic, r"SYMBOLIC")
        self.assertNotRegex(code, r"call.*Helper")

    def test_a_library_that_the_linker_makes_directly_is_symbolic_too(self):
        self.write("count.cpp", SOURCE)
        self.good(self.compiler("gcc"), "-fPIC", "-c", "count.cpp")
        self.good(self.compiler("ld"), "-shared", "-m", "aarch64linux", "--sysroot=/nowhere",
                  "count.o", "-o", "libcount.so")
        self.assertRegex(self.good("readelf", "-d", "libcount.so"), r"FLAGS.*SYMBOLIC")

    def test_what_only_the_cross_compiler_understands_is_dropped(self):
        for directory in (DEVICE_BIN, BOTH_BIN):
            self.library(self.compiler("g++", directory), "--sysroot=/nowhere", "--sysroot",
                         "/nowhere", "-march=armv8-a", "-mcpu=cortex-a55+crc", "-mtune=cortex-a55",
                         "-mfix-cortex-a53-835769", "-mstrict-align",
                         "-Wl,--fix-cortex-a53-843419", "-mcmodel=tiny", "-mtune=thunderx",
                         "-mlow-precision-recip-sqrt", "-msign-return-address=none",
                         "-mtls-size=24")
            source = self.write("empty.s", "nop\n")
            self.good(self.compiler("as", directory), "-march=armv8-a", source, "-o", "empty.o")

    def test_what_is_dropped_goes_with_the_word_that_hands_it_on(self):
        for directory in (DEVICE_BIN, BOTH_BIN):
            self.library(self.compiler("g++", directory), "-Xlinker", "--sysroot=/nowhere",
                         "-Xlinker", "--sysroot", "-Xlinker", "/nowhere", "-Xlinker", "-m",
                         "-Xlinker", "aarch64linux", "-Xassembler", "-march=armv8-a",
                         "-Xlinker", "-soname", "-Xlinker", "libkept.so")
            self.assertIn("[libkept.so]", self.good("readelf", "-d", "libcount.so"))

    def test_options_in_a_response_file_count(self):
        self.write("count.cpp", SOURCE)
        self.write("flags", "-shared -fPIC\n--sysroot=/nowhere -march=armv8-a\n")
        self.good(self.compiler("g++"), "@flags", "count.cpp", "-o", "libcount.so")
        self.assertRegex(self.good("readelf", "-d", "libcount.so"), r"FLAGS.*SYMBOLIC")

        # Its words mean what they mean to the compiler.
        content = """'-DA="it is"' -DB=\\"it\\'s\\" "-DC=$c `c` 'c' \\"c\\"" -DD=';' -DE="" -P\n"""
        self.write("words", content)
        self.write("dropped", content + "-march=armv8-a\n")
        self.write("names.c", "A B C D E end\n")
        self.assertEqual(self.good(self.compiler("gcc"), "-E", "@dropped", "names.c"),
                         self.good("gcc", "-E", "@words", "names.c"))

    def test_arguments_with_blanks_and_quotes_arrive_unchanged(self):
        source = self.write("it's a file.c", 'const char* text = TEXT;\n')
        out = self.good(self.compiler("gcc"), "-E", "-P", '-DTEXT="a \'b\' $c"', source)
        self.assertIn('"a \'b\' $c"', out)

    def test_questions_are_answered_as_by_the_native_compiler(self):
        self.write("count.cpp", SOURCE)
        # CMake and configure scripts ask these.
        for question in (["--version"], ["-dumpmachine"], ["-dumpversion"], ["-print-sysroot"],
                         ["-print-file-name=libc.so"], ["-print-search-dirs"],
                         ["-print-prog-name=ld"], ["-shared", "-dumpmachine"],
                         ["-M", "count.cpp"], ["-MM", "count.cpp"],
                         ["-E", "count.cpp"], ["-shared", "-E", "count.cpp"],
                         ["-fsyntax-only", "count.cpp"]):
            for directory in (DEVICE_BIN, BOTH_BIN):
                with self.subTest(question=question, directory=directory):
                    theirs = self.good("g++", *question)
                    # The compiler names itself as it was called.
                    self.assertEqual(
                        re.sub(r"^\S*g\+\+", "g++", self.good(
                            self.compiler("g++", directory), *question)),
                        re.sub(r"^\S*g\+\+", "g++", theirs))

    def test_executables_of_both_compilers_run(self):
        for directory in (DEVICE_BIN, BOTH_BIN):
            source = self.write("main.cpp", SOURCE + "int Helper(int n) { return n; }\n"
                                "int main() { return Count(2) - 2; }\n")
            self.good(self.compiler("g++", directory), "-std=c++11", source, "-o", "main")
            self.good(self.home / "main")

    def test_libraries_stay_linked_without_a_use_of_their_symbols(self):
        for directory in (DEVICE_BIN, BOTH_BIN):
            for kind in ("-shared", "-pie"):
                source = self.write("main.cpp", "int main() {}\n")
                self.good(self.compiler("g++", directory), "-fPIC", kind, source, "-o", "out",
                          f"-L{TREE}/device/lib", "-lidedaemon")
                self.assertIn("[libidedaemon.so]", self.good("readelf", "-d", "out"))

    def test_a_variable_of_a_host_library_is_the_programs(self):
        self.write("shared.cpp", "int shared = 1; void Set() { shared = 2; }\n")
        self.write("main.cpp", "extern int shared; void Set();\n"
                   "int main() { Set(); return shared == 2 ? 0 : 1; }\n")
        gxx = self.compiler("g++", BOTH_BIN)
        self.good(gxx, "-shared", "-fPIC", "shared.cpp", "-o", "libshared.so")
        self.good(gxx, "main.cpp", "-L.", "-lshared", "-Wl,-rpath,$ORIGIN", "-o", "main")
        self.good(self.home / "main")

    def test_a_compiler_that_looks_for_itself_in_the_path_does_not_come_back(self):
        fake = self.home / "fake"
        (fake / "bin").mkdir(parents=True)
        (fake / ".openmatrix-ddk").touch()
        (fake / "bin/gcc").symlink_to("/bin/false")
        # As ccache does under the name of a compiler.
        self.write("cache", '#!/bin/sh\nexec gcc "$@"\n').chmod(0o755)
        driver = TOOL.parent.parent / "share/openmatrix/ddk/compile"
        path = f"{fake}/bin:{os.environ['PATH']}"
        self.good(driver, "host", "none", self.home / "cache", "--version",
                  env={**environment(), "PATH": path})

    def test_failures_of_the_compiler_are_the_wrappers(self):
        source = self.write("bad.cpp", "int main() { return }\n")
        result = run(self.compiler("g++"), "-c", source, cwd=self.home)
        self.assertEqual(result.returncode, 1)
        self.assertIn("bad.cpp:1", result.stderr)

    def test_sanitizers_reach_every_half(self):
        expected = {"none": None, "asan": "__asan_init", "tsan": "__tsan_init"}[VARIANT]
        self.write("count.cpp", SOURCE)
        for command in (f'"{self.compiler("g++")}"', f'"{self.compiler("g++", BOTH_BIN)}"', "g++",
                        "c++", "gcc", "cc"):
            with self.subTest(compiler=command):
                self.good("sh", "-euc",
                          f'. "{TREE}/env.sh"; {command} -fPIC -c count.cpp -o count.o')
                symbols = self.good("nm", "count.o")
                if expected:
                    self.assertIn(expected, symbols)
                else:
                    self.assertNotRegex(symbols, r"__[at]san_")


class Projects(Case):
    """Build files in the published style; the programs use the C interface, to be quick."""

    def test_a_cmake_project_with_a_toolchain_file_builds_and_runs(self):
        shutil.copytree(HERE / "cmake_app", self.home / "app")
        script = (f'. "{TREE}/env.sh"; cd app; mkdir out device/build build; '
                  '(cd device/build; cmake .. -DCMAKE_TOOLCHAIN_FILE=../aarch64.cmake; make); '
                  '(cd build; cmake ..; make); cd out; ./main')
        result = run("sh", "-euc", script, cwd=self.home)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertTrue(result.stdout.endswith("device library says 42\n"), result.stdout)
        dynamic = self.good("readelf", "-d", "app/out/libDevice.so")
        self.assertRegex(dynamic, r"FLAGS.*SYMBOLIC")

    def test_a_makefile_with_compile_path_builds_and_runs(self):
        shutil.copytree(HERE / "make_app", self.home / "app")
        script = f'. "{TREE}/env.sh"; cd app; make compile_path="{TREE}"; cd out; ./main'
        result = run("sh", "-euc", script, cwd=self.home)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertTrue(result.stdout.endswith("device library says 42\n"), result.stdout)


class Tool(Case):
    def refused(self, reason, *arguments, tool=None, **options):
        result = run(tool or TOOL, *arguments, cwd=self.home, **options)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertIn(reason, result.stderr)

    def lay_out(self, *arguments, tool=None):
        return self.good(tool or TOOL, *arguments, *variant_option())

    def test_help_and_version(self):
        self.assertIn("usage: openmatrix-ddk <directory>", self.good(TOOL, "--help"))
        self.assertRegex(self.good(TOOL, "--version"), r"^\d+\.\d+\.\d+\n$")

    def test_wrong_arguments_are_named(self):
        self.refused("usage:")
        self.refused("unknown option --msan", "tree", "--msan")
        self.refused("two directories: a and b", "a", "b")
        self.refused("--asan and --tsan exclude each other", "tree", "--asan", "--tsan")
        self.assertEqual(list(self.home.iterdir()), [])

    def test_a_directory_of_somebody_else_is_left_alone(self):
        precious = self.write("precious", "")
        self.refused("neither empty nor a tree", ".", *variant_option())
        self.refused("precious is not a directory", "precious", *variant_option())
        self.assertEqual(list(self.home.iterdir()), [precious])

    def test_a_directory_that_library_paths_cannot_name_is_refused(self):
        for name in ("a:b", "a;b"):
            self.refused("LD_LIBRARY_PATH cannot name", name, *variant_option())
        self.assertEqual(list(self.home.iterdir()), [])

    def test_a_relative_directory_is_below_the_current_one(self):
        (self.home / "other/tree").mkdir(parents=True)
        self.good(TOOL, "tree", *variant_option(),
                  env={**environment(), "CDPATH": str(self.home / "other")})
        self.assertTrue((self.home / "tree/host/lib/libmatrix.so").is_file())
        self.assertEqual(os.listdir(self.home / "other/tree"), [])

    def test_an_empty_directory_is_taken(self):
        (self.home / "tree").mkdir()
        self.lay_out("tree")
        self.assertTrue((self.home / "tree/host/lib/libmatrix.so").is_file())

    def test_a_missing_variant_says_how_to_get_it(self):
        other = "--asan" if VARIANT == "tsan" else "--tsan"
        self.refused("Build openmatrix with -DOPENMATRIX_SANITIZE=", "tree", other)
        self.assertFalse((self.home / "tree").exists())

    def test_a_second_run_repairs_and_keeps_what_is_right(self):
        self.lay_out("tree")
        tree = self.home / "tree"
        wrapper = tree / DEVICE_BIN / "aarch64-linux-gnu-g++"
        before = wrapper.stat().st_mtime_ns, (tree / "host/lib/libmmpa.so").stat().st_mtime_ns
        (tree / "device/lib").unlink()
        (tree / "env.sh").write_text("broken", encoding="utf-8")
        (tree / "own").write_text("kept", encoding="utf-8")
        with open(tree / ".openmatrix-ddk", "a", encoding="utf-8") as manifest:
            manifest.write("host/lib/libgone.so\n")  # as if an older release had made it
        (tree / "host/lib/libgone.so").symlink_to("/nowhere")

        self.lay_out("tree")

        self.assertEqual(before, (wrapper.stat().st_mtime_ns,
                                  (tree / "host/lib/libmmpa.so").stat().st_mtime_ns))
        self.assertTrue((tree / "device/lib/libmatrix.so").is_file())
        self.assertIn("DDK_HOME", (tree / "env.sh").read_text(encoding="utf-8"))
        self.assertEqual((tree / "own").read_text(encoding="utf-8"), "kept")
        self.assertFalse((tree / "host/lib/libgone.so").is_symlink())

    def test_a_tree_of_an_older_release_is_brought_up_to_date(self):
        self.lay_out("tree")
        headers = self.home / "tree/include/third_party/protobuf/include/google/protobuf"
        system = self.home / "system"
        system.mkdir()
        shutil.rmtree(headers)
        headers.symlink_to(system)  # then it was one link
        with open(self.home / "tree/.openmatrix-ddk", "a", encoding="utf-8") as manifest:
            manifest.write("include/third_party/protobuf/include/google/protobuf\n")

        self.lay_out("tree")

        self.assertTrue((headers / "message.h").is_file())
        self.assertFalse(headers.is_symlink())
        self.assertEqual(os.listdir(system), [])

    def test_an_installation_that_was_moved_is_used_where_it_is(self):
        moved = self.home / "moved"
        shutil.copytree(TOOL.parent.parent, moved, symlinks=True)
        self.lay_out("tree", tool=moved / "bin" / TOOL.name)
        library = (self.home / "tree/host/lib/libmatrix.so").resolve()
        self.assertTrue(library.is_relative_to(moved), library)

    def test_an_incomplete_installation_is_named(self):
        moved = self.home / "moved"
        shutil.copytree(TOOL.parent.parent, moved, symlinks=True)
        shutil.rmtree(moved / "include/hiaiengine")
        self.refused("no hiaiengine/api.h", "tree", tool=moved / "bin" / TOOL.name)

    def test_a_library_of_another_version_is_not_taken(self):
        moved = self.home / "moved"
        shutil.copytree(TOOL.parent.parent, moved, symlinks=True)
        library, = (moved / (TREE / "host/lib/libmatrix.so").resolve().relative_to(
            TOOL.parent.parent)).parent.glob("libmatrix.so.*.*")
        other = library.with_name("libmatrix.so.1.99.0.0")
        library.rename(other)
        for name in ("libmatrix.so.1", "libmatrix.so"):
            library.with_name(name).unlink()
            library.with_name(name).symlink_to(other.name)
        self.refused(f"no {library.name} in", "tree", *variant_option(),
                     tool=moved / "bin" / TOOL.name)

    def test_a_missing_compiler_is_named(self):
        programs = self.home / "programs"
        programs.mkdir()
        for name in ("sh", "readlink", "dirname", "mkdir", "cat"):
            (programs / name).symlink_to(shutil.which(name))
        self.refused("no gcc in PATH", "tree", *variant_option(), env={"PATH": str(programs)})

    def test_the_compilers_of_an_active_sanitizer_tree_are_passed_over(self):
        fake = self.home / "fake"
        (fake / "bin").mkdir(parents=True)
        (fake / ".openmatrix-ddk").touch()
        (fake / "bin/g++").symlink_to("/bin/false")
        path = f"{fake}/bin:{os.environ['PATH']}"
        self.good(TOOL, "tree", *variant_option(), env={**environment(), "PATH": path})
        self.good("tree/" + DEVICE_BIN + "/aarch64-linux-gnu-g++", "--version")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    TOOL, TREE = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
    VARIANT = sys.argv.pop(1)
    unittest.main()
