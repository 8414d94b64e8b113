#!/usr/bin/env python3
"""tools/bench and the modules behind it, with made-up rows and a made-up bench program."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
# pylint: disable=wrong-import-position
import budget  # noqa: E402
import cores  # noqa: E402
import machine  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
import runner  # noqa: E402
import suite  # noqa: E402

PAIR = "hot/bytes:{}/touch:0/threads:1"

# Speaks like a bench program; FAILS names the candidate that fails, and HOW.
PROGRAM = """#!/usr/bin/env python3
import json, os, sys
candidate = sys.argv[1].split("=")[1]
row = {"name": "larson/real_time/threads:2", "real_time": 2.0, "cpu_time": 2.0, "time_unit": "us",
       "iterations": 10, "ops_per_s": 1e6 if candidate == "matrix" else 8e6}
how = os.environ["HOW"] if os.environ.get("FAILS") == candidate else ""
if how == "error":
    row.update(error_occurred=True, error_message="no memory")
print("" if how == "silent" else json.dumps({"benchmarks": [] if how == "empty" else [row]}))
sys.exit(1 if how == "status" else 0)
"""


def row(candidate, bench, foreign=0.0, **values):
    made = suite.Row(candidate, {"name": bench, "real_time": 1.0, "time_unit": "ns"}, foreign)
    made.values.update(values)
    return made


def result(*rows):
    about = {"machine": {"name": "test-2cpu", "cpu": "Test", "cpus": 2, "compiler": "g++"},
             "commit": "0123456", "modified": False}
    return report.summarise(rows, 3, "2026-01-02", about)


def cells(**medians):
    return {name: {"median": median} for name, median in medians.items()}


class Rows(unittest.TestCase):
    def test_are_named_by_workload_and_arguments_only(self):
        made = suite.Row("glibc", {"name": "larson/iterations:9/real_time/threads:2",
                                   "real_time": 3.0, "time_unit": "us", "ops_per_s": 5.0}, 0)
        self.assertEqual(made.bench, "larson/threads:2")
        self.assertAlmostEqual(made.values["s_per_iteration"], 3e-6)
        self.assertEqual(made.values["ops_per_s"], 5.0)

    def test_a_quick_run_has_every_workload_and_candidate(self):
        def kinds(jobs):
            return {(job.workload, job.candidate) for job in jobs}
        self.assertEqual(kinds(suite.jobs(True, "", None)), kinds(suite.jobs(False, "", None)))

    def test_each_round_has_all_jobs_in_another_order(self):
        jobs = suite.jobs(False, "", None)
        orders = [suite.order(jobs, number) for number in (0, 1)]
        self.assertCountEqual(map(id, orders[0]), map(id, jobs))
        self.assertCountEqual(map(id, orders[1]), map(id, jobs))
        self.assertNotEqual(orders[0], orders[1])


class Summary(unittest.TestCase):
    def cell(self, *samples):
        rows = [row("matrix", "larson", foreign, ops_per_s=value) for foreign, value in samples]
        return result(*rows)["benches"]["larson"]["ops_per_s"]["matrix"]

    def test_has_the_median_and_the_spread(self):
        cell = self.cell((0, 30.0), (0, 10.0), (0, 20.0))
        self.assertEqual((cell["median"], cell["low"], cell["high"]), (20, 10, 30))
        self.assertEqual((cell["rounds"], cell["quiet"]), (3, True))

    def test_leaves_out_rounds_that_others_disturbed(self):
        cell = self.cell((0.01, 30.0), (0.5, 1000.0))
        self.assertEqual((cell["median"], cell["rounds"], cell["foreign"]), (30, 1, 0.01))

    def test_leaves_out_rounds_in_which_the_cores_were_apart(self):
        rows = [row("matrix", "larson", ops_per_s=value) for value in (10, 20, 30)]
        for made, apart in zip(rows, (70e-9, 100e-9, 300e-9)):
            made.apart = apart
        far = row("glibc", "larson", ops_per_s=40)
        far.apart = 250e-9
        both = result(*rows, far)["benches"]["larson"]["ops_per_s"]
        self.assertEqual((both["matrix"]["median"], both["matrix"]["rounds"]), (15, 2))
        self.assertEqual((both["glibc"]["median"], both["glibc"]["quiet"]), (40, False))

    def test_takes_disturbed_rounds_if_there_are_no_others_and_says_so(self):
        cell = self.cell((0.5, 10.0), (0.7, 30.0))
        self.assertEqual((cell["median"], cell["quiet"], cell["foreign"]), (20, False, 0.6))

    def test_is_read_back_as_it_was_written(self):
        before = result(row("matrix", "larson", ops_per_s=1.0), row("tbb", "larson", ops_per_s=2.0))
        text = report.to_json(before)
        self.assertEqual(json.loads(text), before)
        self.assertRegex(text, r'"tbb": \{"median": 2\.0, .*\}\n')


class Ratios(unittest.TestCase):
    def test_below_1_is_ahead_in_both_directions(self):
        self.assertEqual(report.compare(cells(matrix=1, tbb=4, pmr=8), "p50_s").ratio, 0.25)
        self.assertEqual(report.compare(cells(matrix=8, tbb=4, pmr=2), "ops_per_s").ratio, 0.5)

    def test_are_to_the_best_peer(self):
        self.assertEqual(report.compare(cells(matrix=1, tbb=4, pmr=8), "p50_s").peer, "tbb")
        self.assertEqual(report.compare(cells(matrix=1, tbb=4, pmr=8), "ops_per_s").peer, "pmr")

    def test_are_never_to_a_floor(self):
        compared = report.compare(cells(matrix=4, glibc=2, floor_futex=1), "p50_s")
        self.assertEqual((compared.peer, compared.ratio), ("glibc", 2))
        self.assertIsNone(report.compare(cells(matrix=4, floor_futex=1), "p50_s"))

    def test_do_not_divide_by_zero(self):
        self.assertIsNone(report.compare(cells(matrix=4, glibc=0), "idle_bytes").ratio)
        self.assertEqual(report.compare(cells(matrix=0, glibc=4), "idle_bytes").ratio, 0)
        self.assertIsNone(report.compare(cells(matrix=0, glibc=4), "ops_per_s").ratio)

    def test_are_printed_with_medians_and_noise(self):
        lines = report.tables(result(row("matrix", "larson/threads:2", 0.9, ops_per_s=3e6),
                                     row("tbb", "larson/threads:2", ops_per_s=6e6)))
        self.assertRegex(lines[-1], r"^larson/threads:2 +3M\* +6M +2$")


class Budget(unittest.TestCase):
    def verdict(self, path, *rows):
        found = [row for row in budget.judge(result(*rows)) if row.target.path == path]
        self.assertEqual(len(found), 1)
        return found[0]

    def pair(self, size, ours, best):
        return (row("matrix", PAIR.format(size), s_per_pair=ours),
                row("tcmalloc", PAIR.format(size), s_per_pair=best),
                row("glibc", PAIR.format(size), s_per_pair=10 * best))

    def test_the_worst_bench_counts(self):
        found = self.verdict("pair, below 512 KiB", *self.pair(64, 6e-9, 5e-9),
                             *self.pair(4096, 7e-9, 5e-9), *self.pair(1048576, 9e-9, 1e-9))
        self.assertAlmostEqual(found.ratio, 1.4)
        self.assertEqual((found.bench, found.text), (PAIR.format(4096), "NOT MET"))

    def test_a_limit_that_is_reached_is_met(self):
        found = self.verdict("64 live blocks, peak RSS", row("matrix", "mixed", peak_per_live=1.25))
        self.assertEqual((found.ratio, found.text), (1.25, "met"))

    def test_some_limits_are_to_ourselves(self):
        found = self.verdict("pair of 256 MiB - 96", *self.pair(64, 5e-9, 9e-9),
                             *self.pair(268435360, 11e-9, 9e-9))
        self.assertAlmostEqual(found.ratio, 2.2)
        self.assertEqual(found.text, "NOT MET")

    def test_some_limits_are_to_a_floor(self):
        path, bench = "the same, receiver asleep", "paced/bytes:4096"
        rows = [row("mutex_queue", bench, p50_s=25e-6), row("floor_futex", bench, p50_s=20e-6)]
        self.assertEqual(self.verdict(path, *rows, row("matrix", bench, p50_s=24e-6)).text, "met")
        self.assertEqual(self.verdict(path, *rows, row("matrix", bench, p50_s=25e-6)).text,
                         "NOT MET")

    def test_a_copy_is_over_the_limit(self):
        path = "payloads copied on a first hop"
        self.assertEqual(self.verdict(path, row("matrix", "stream/bytes:4096", copies=0.0)).text,
                         "met")
        self.assertEqual(self.verdict(path, row("matrix", "stream/bytes:4096", copies=1.0)).text,
                         "NOT MET")

    def test_what_was_not_measured_is_not_met_by_that(self):
        self.assertEqual({found.text for found in budget.judge(result())}, {"not measured"})

    def test_every_target_names_benches_that_exist(self):
        workloads = {workload.name for workload in suite.WORKLOADS}
        for target in budget.TARGETS:
            names = target.benches.split("/")[0].strip("()").split("|")
            self.assertLessEqual(set(names), workloads, target)

    def test_is_printed_line_by_line(self):
        text = "\n".join(budget.table(result(*self.pair(64, 6e-9, 5e-9))))
        self.assertRegex(text, r"pair, below 512 KiB +<= 1\.25 of best peer +1\.2  met +hot/bytes:")


class Markdown(unittest.TestCase):
    def lines(self, *rows):
        return budget.markdown(result(*rows))

    def test_a_loss_is_bold_and_names_the_peer(self):
        lines = self.lines(row("matrix", "larson/threads:2", ops_per_s=2e6),
                           row("tbb", "larson/threads:2", ops_per_s=1e6),
                           row("mimalloc", "larson/threads:2", ops_per_s=3e6))
        self.assertIn("| random sizes 64 B .. 1 MiB, 2 threads, sets handed over | 2 M/s | "
                      "3 M/s (mimalloc) | **1.50** |", lines)

    def test_a_win_is_not_bold(self):
        lines = self.lines(row("matrix", PAIR.format(64), s_per_pair=4e-9),
                           row("tbb", PAIR.format(64), s_per_pair=5e-9))
        self.assertIn("| allocate and free, 64 B | 4 ns | 5 ns (tbb) | 0.80 |", lines)

    def test_one_percent_is_a_loss(self):
        lines = self.lines(row("matrix", PAIR.format(64), s_per_pair=5.05e-9),
                           row("tbb", PAIR.format(64), s_per_pair=5e-9))
        self.assertIn("| allocate and free, 64 B | 5.05 ns | 5 ns (tbb) | **1.01** |", lines)

    def test_a_target_that_is_not_met_is_bold(self):
        lines = self.lines(row("matrix", "mixed", peak_per_live=1.5))
        self.assertIn("| 64 live blocks, peak RSS | <= 1.25 of live bytes | 1.5 | **not met** |",
                      lines)

    def test_a_bench_that_did_not_run_has_no_line(self):
        self.assertFalse([line for line in self.lines() if "allocate and free" in line])

    def test_every_line_names_a_workload_that_exists(self):
        workloads = {workload.name for workload in suite.WORKLOADS}
        for line in budget.README:
            self.assertIn(line.bench.split("/")[0], workloads)


class Machine(unittest.TestCase):
    def test_has_a_short_name(self):
        def slug(model, cpus, flags="fpu"):
            return machine.slug(f"model name\t: {model}\nflags\t\t: {flags}\n", cpus)
        self.assertEqual(slug("AMD EPYC 7B13 64-Core Processor", 2, "fpu hypervisor"), "epyc-2vcpu")
        self.assertEqual(slug("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", 8), "core-8cpu")
        self.assertEqual(slug("Cortex-A72", 4), "a72-4cpu")

    def test_a_load_of_others_is_their_share_of_the_machine(self):
        # Of 200 jiffies of two CPUs we used 100, others 40, and 10 were stolen.
        self.assertAlmostEqual(runner.foreign((0, 0, 0), (140, 10, 200), 100), 0.25)


class CoresOfTheMachine(unittest.TestCase):
    def cores(self, *prices):
        """Whose looks find these prices, a second apart."""
        left = list(prices)
        self.left = left
        return cores.Cores(lambda: left.pop(0), clock=lambda: -len(left))

    def test_are_waited_for_until_they_are_near(self):
        seen = self.cores(70, 300, 280, 90, 300)
        self.assertEqual(seen.await_near(), 70)
        self.assertEqual(seen.await_near(), 90)
        self.assertEqual(self.left, [300])

    def test_are_not_waited_for_longer_than_patience_lasts(self):
        seen = self.cores(70, *[300] * 99)
        seen.await_near()
        self.assertEqual(seen.await_near(), 300)
        self.assertLess(len(self.left), 99 - cores.PATIENCE / 2)
        self.assertGreater(len(self.left), 99 - 2 * cores.PATIENCE)

    def run_job(self, *prices):
        """How far apart the rows say the cores were, and how often the job ran."""
        job = suite.Job("larson", "", "matrix", "", 1.0, {}, True)
        seen = self.cores(*prices)
        with unittest.mock.patch.object(runner, "run") as ran:
            ran.side_effect = lambda *_: [row("matrix", "larson")]
            return [made.apart for made in seen.run(job, None)], ran.call_count

    def test_are_as_far_apart_as_the_farther_look_says(self):
        self.assertEqual(self.run_job(70, 200), ([200], 1))
        self.assertEqual(self.run_job(80, 70), ([80], 1))

    def test_that_move_apart_begin_the_job_again(self):
        self.assertEqual(self.run_job(70, 400, 90, 80, 70), ([90], 2))

    def test_that_never_stay_near_have_the_job_all_the_same(self):
        self.assertEqual(self.run_job(*[70, 400] * 9), ([400], cores.ATTEMPTS))

    def test_do_not_matter_to_what_crosses_no_threads(self):
        job = suite.Job("batch", "", "matrix", "", 1.0, {})
        with unittest.mock.patch.object(runner, "run", lambda *_: [row("matrix", "batch")]):
            self.assertEqual([made.apart for made in self.cores().run(job, None)], [None])


class Charts(unittest.TestCase):
    def test_nothing_is_drawn_without_rows(self):
        self.assertEqual(plot.draw(result(), pathlib.Path("unused")), [])

    def test_the_lines_have_a_point_per_size(self):
        rows = [row(name, PAIR.format(size), s_per_pair=size * 1e-9)
                for name in ("matrix", "glibc", "unheard_of") for size in (4096, 64)]
        _, script = plot.pairs(result(*rows), 0, "title", "footer")
        self.assertIn("$glibc << EOD\n64 64", script)
        self.assertIn("title 'unheard_of'", script)
        self.assertLess(script.index("title 'openmatrix'"), script.index("title 'glibc'"))

    def test_the_best_bar_is_on_top(self):
        rows = [row(name, "larson/threads:1", ops_per_s=rate)
                for name, rate in (("matrix", 5.0), ("glibc", 1.0), ("tbb", 9.0))]
        _, script = plot.bars(result(*rows), plot.LARSON, "title", "footer")
        self.assertIn("set ytics ('glibc' 0, 'openmatrix' 1, 'tbb' 2)", script)

    def test_the_shortest_latency_is_on_top(self):
        rows = [row(name, "paced/bytes:4096", p50_s=time, p99_s=time, p999_s=time)
                for name, time in (("matrix", 5e-6), ("floor_futex", 1e-6), ("tbb_queue", 9e-6))]
        _, script = plot.percentiles(result(*rows), plot.LATENCIES, "title", "footer")
        self.assertIn("set ytics ('tbb_queue' 0, 'openmatrix' 1, 'floor: futex' 2)", script)


class Command(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.build = pathlib.Path(directory.name)
        (self.build / "bench").mkdir()
        program = self.build / "bench" / "alloc_bench"
        program.write_text(PROGRAM, encoding="utf-8")
        program.chmod(0o755)

    def bench(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, ROOT / "tools/bench", "--no-build", "--build", self.build, *arguments],
            env={**os.environ, **environment}, capture_output=True, text=True, check=False)

    def larson(self, **environment):
        return self.bench("--quick", "--only", "larson", "--candidates", "matrix,glibc",
                          **environment)

    def test_succeeds_although_we_lose(self):
        done = self.larson()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"larson/threads:2 .* 8\n")
        self.assertRegex(done.stdout, r"random sizes, 2 threads.*NOT MET")

    def test_fails_when_a_candidate_fails(self):
        for candidate in ("matrix", "glibc"):
            for how in ("status", "error", "silent", "empty"):
                with self.subTest(candidate=candidate, how=how):
                    done = self.larson(FAILS=candidate, HOW=how)
                    self.assertEqual(done.returncode, 1, done.stdout)
                    self.assertIn(f"FAILED: larson, {candidate}: ", done.stderr)

    def test_a_failure_does_not_hide_what_the_others_did(self):
        done = self.larson(FAILS="glibc", HOW="status")
        self.assertRegex(done.stdout, r"larson/threads:2 +1M")

    def test_fails_when_a_program_is_missing(self):
        (self.build / "bench" / "alloc_bench").unlink()
        done = self.larson()
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAILED: larson, matrix: ", done.stderr)

    def test_fails_when_there_is_nothing_to_do(self):
        self.assertEqual(self.bench("--only", "no such workload").returncode, 1)

    def test_shows_an_earlier_result(self):
        self.assertEqual(self.larson().returncode, 0)
        (written,) = (self.build / "bench").glob("*.json")
        (self.build / "bench" / "alloc_bench").unlink()
        done = self.bench("--from", written, "--markdown")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| 1 M/s | 8 M/s (glibc) | **8.00** |", done.stdout)


if __name__ == "__main__":
    unittest.main()
