#!/usr/bin/env python3
"""Runs crop_demo on good and bad input and compares its crops with a crop made here.

usage: crop_test.py <crop_demo> [unittest arguments]
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

DEMO = pathlib.Path()  # set below
CROP_NAME = re.compile(r"(\d+)-(.+)-(\d+),(\d+),(\d+)x(\d+)\.p[gp]m")


class Picture:
    """A binary PPM or PGM file without comments, or with one after the first line."""

    def __init__(self, path):
        content = path.read_bytes()
        header = re.match(rb"P([56])\n(?:#[^\n]*\n)?(\d+) (\d+)\n(\d+)\n", content)
        self.channels = 3 if header[1] == b"6" else 1
        self.width, self.height, self.max_value = (int(header[i]) for i in (2, 3, 4))
        self.pixels = content[header.end():]

    def crop(self, x, y, width, height):
        row = self.width * self.channels
        begin, end = x * self.channels, (x + width) * self.channels
        return b"".join(self.pixels[r * row + begin:r * row + end] for r in range(y, y + height))


class CropDemo(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="crop_test_")
        self.addCleanup(directory.cleanup)
        self.home = pathlib.Path(directory.name)
        self.out = self.home / "out"

    def run_demo(self, *arguments, demo=None):
        command = [demo or DEMO, "--out", self.out, *arguments]
        return subprocess.run([str(word) for word in command], cwd=self.home, timeout=250,
                              capture_output=True, text=True, errors="replace")

    def expect_ok(self, result, pictures, crops):
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.stdout.splitlines()[-1],
                         f"OK: {pictures} pictures, {crops} crops, "
                         "0 payload bytes copied, 0 live blocks")

    def expect_failure(self, result, *reasons):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("OK:", result.stdout)
        self.assertNotIn("Sanitizer", result.stderr)
        for reason in reasons:
            self.assertIn(reason, result.stderr)

    def expect_true_crops(self, sources, count):
        """Each file in the output is what its name says, cut out of sources[its number]."""
        files = sorted(self.out.iterdir())
        self.assertEqual(len(files), count)
        for file in files:
            name = CROP_NAME.fullmatch(file.name)
            self.assertIsNotNone(name, file.name)
            source = Picture(sources[int(name[1])])
            x, y, width, height = (int(name[i]) for i in (3, 4, 5, 6))
            crop = Picture(file)
            self.assertEqual((crop.width, crop.height), (width, height), file.name)
            self.assertEqual((crop.channels, crop.max_value), (source.channels, source.max_value))
            self.assertEqual(crop.pixels, source.crop(x, y, width, height), file.name)

    def shipped(self):
        return sorted((DEMO.parent / "pictures").iterdir())

    def write(self, name, content):
        path = self.home / name
        path.write_bytes(content)
        return path

    def copy_of_demo(self, *companions):
        """The program with only some of what it needs beside it."""
        home = self.home / "copy"
        home.mkdir()
        shutil.copy(DEMO, home)
        for name in companions:
            shutil.copy(DEMO.parent / name, home)
        return home / DEMO.name

    def test_the_shipped_pictures_are_cropped_exactly(self):
        self.expect_ok(self.run_demo(), pictures=3, crops=9)
        self.expect_true_crops(self.shipped(), count=9)

    def test_files_directories_and_rectangles_of_the_user_are_obeyed(self):
        own = self.write("own.pgm", b"P5\n3 2\n200\n" + bytes(range(6)))
        result = self.run_demo("--crop", "0,0,1,2", "--crop", "2,1,1,1", "own.pgm",
                               DEMO.parent / "pictures")
        self.expect_ok(result, pictures=4, crops=8)
        self.expect_true_crops([own] + self.shipped(), count=8)

    def test_repeated_pictures_are_all_counted_and_written_once(self):
        self.expect_ok(self.run_demo("--repeat", "200"), pictures=600, crops=1800)
        self.expect_true_crops(self.shipped(), count=9)

    def test_a_picture_of_one_pixel_has_crops(self):
        dot = self.write("dot.ppm", b"P6\n1 1\n255\nabc")
        self.expect_ok(self.run_demo(dot), pictures=1, crops=3)
        self.expect_true_crops([dot], count=1)  # three times the same rectangle

    def test_comments_and_any_white_space_in_a_header_are_understood(self):
        odd = self.write("odd.pgm", b"P5# made by hand\r\n 2\t# wide\n\n3 255\n" + b"abcdef")
        self.expect_ok(self.run_demo("--crop", "0,0,2,3", odd), pictures=1, crops=1)
        self.assertEqual(Picture(next(self.out.iterdir())).pixels, b"abcdef")

    def test_bad_pictures_are_named_and_the_others_still_cropped(self):
        bad = {
            "short.ppm": (b"P6\n100 100\n255\nabc", "truncated"),
            "text.pgm": (b"no picture at all", "not a binary PPM or PGM"),
            "empty.ppm": (b"", "not a binary PPM or PGM"),
            "header.ppm": (b"P6\n100", "not a binary PPM or PGM"),
            "flat.ppm": (b"P6\n0 5\n255\n", "not a binary PPM or PGM"),
            "endless.ppm": (b"P6\n99999999999999999999 1\n255\nabc", "not a binary PPM or PGM"),
            "huge.ppm": (b"P6\n1000000 1000000\n255\nabc", "more than one block holds"),
            "deep.ppm": (b"P6\n1 1\n65535\nabcdef", "more than 8 bits"),
        }
        for name, (content, _) in bad.items():
            self.write(name, content)
        result = self.run_demo(*bad, "missing.ppm", DEMO.parent / "pictures")
        self.expect_failure(result, "missing.ppm: cannot be opened", "9 of 12 pictures failed")
        for name, (_, reason) in bad.items():
            self.assertRegex(result.stderr, f"{re.escape(name)}: .*{reason}")
        self.assertEqual(len(list(self.out.iterdir())), 9)

    def test_a_rectangle_outside_the_picture_is_refused(self):
        result = self.run_demo("--crop", "90,0,8,8", self.shipped()[0])
        self.expect_failure(result, "rings.pgm", "rectangle 90,0,8,8 does not lie inside")
        result = self.run_demo("--crop", "4294967295,0,2,2", self.shipped()[0])
        self.expect_failure(result, "does not lie inside")

    def test_a_missing_configuration_is_named(self):
        demo = self.copy_of_demo("libcrop_device.so")
        self.expect_failure(self.run_demo(self.shipped()[0], demo=demo), "crop.config")

    def test_a_malformed_configuration_is_named(self):
        demo = self.copy_of_demo("libcrop_device.so")
        (demo.parent / "crop.config").write_text("graphs { graph_id: ", encoding="utf-8")
        self.expect_failure(self.run_demo(self.shipped()[0], demo=demo), "crop.config")

    def test_a_missing_device_library_is_named(self):
        demo = self.copy_of_demo("crop.config")
        self.expect_failure(self.run_demo(self.shipped()[0], demo=demo), "libcrop_device.so")

    def test_a_device_library_that_is_none_is_named(self):
        demo = self.copy_of_demo("crop.config")
        (demo.parent / "libcrop_device.so").write_bytes(b"garbage")
        self.expect_failure(self.run_demo(self.shipped()[0], demo=demo), "libcrop_device.so")

    def test_an_output_that_is_no_directory_is_named(self):
        self.out.write_bytes(b"")
        self.expect_failure(self.run_demo(), str(self.out))

    def test_missing_pictures_are_named(self):
        demo = self.copy_of_demo("crop.config", "libcrop_device.so")
        self.expect_failure(self.run_demo(demo=demo), "pictures")
        (self.home / "nothing").mkdir()
        self.expect_failure(self.run_demo("nothing"), "no pictures in this directory")

    def test_bad_arguments_are_named(self):
        for arguments in (["--crop", "1,2,3"], ["--crop", "1,2,3,x"], ["--crop", "-1,2,3,4"],
                          ["--repeat", "0"], ["--repeat"], ["--bogus"]):
            with self.subTest(arguments=arguments):
                self.expect_failure(self.run_demo(*arguments), arguments[0], "usage:")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    DEMO = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
