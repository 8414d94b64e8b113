"""Runs the jobs of suite.py, one process each, and notes what else used the machine meanwhile."""
import json
import os
import subprocess

import suite


class Failed(Exception):
    """A candidate did not do its work: that, and never a time, makes a run fail."""


def run(job, build):
    """The rows of one job, each with the share of the machine that others used."""
    before, children = machine_times(), os.times()
    try:
        out = subprocess.run([str(build / "bench" / job.program), *job.arguments()],
                             env={**os.environ, **job.environment}, stdout=subprocess.PIPE,
                             text=True, timeout=job.timeout, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{job.workload}, {job.candidate}: {error}") from error
    after, ended = machine_times(), os.times()
    own = (ended.children_user - children.children_user +
           ended.children_system - children.children_system) * os.sysconf("SC_CLK_TCK")
    return rows(job, out.returncode, out.stdout, foreign(before, after, own))


def machine_times():
    """Jiffies of the whole machine: used by processes, taken by the hypervisor, all."""
    with open("/proc/stat", encoding="utf-8") as file:
        fields = [int(x) for x in file.readline().split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields
    return user + nice + system + irq + softirq, steal, sum(fields)


def foreign(before, after, own):
    used, stolen, passed = (late - early for early, late in zip(before, after))
    return max((used - own + stolen) / max(passed, 1), 0.0)


def rows(job, status, text, others):
    """What the program printed, as rows. Raises Failed unless it ran, and all of it did."""
    what = f"{job.workload}, {job.candidate}"
    if status != 0:
        raise Failed(f"{what}: exit status {status}")
    try:
        printed = json.loads(text)["benchmarks"]
    except (ValueError, KeyError) as error:
        raise Failed(f"{what}: no results") from error
    if not printed:
        raise Failed(f"{what}: no results")
    for row in printed:
        if row.get("error_occurred"):
            raise Failed(f"{what}: {row['name']}: {row.get('error_message', 'failed')}")
    return [suite.Row(job.candidate, row, others) for row in printed]
