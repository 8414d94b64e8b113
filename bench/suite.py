"""What tools/bench runs: workloads, candidates, and the order of the processes."""
import dataclasses
import random
import re

ALLOCATORS = ["matrix", "glibc", "jemalloc", "tcmalloc", "mimalloc", "tbb", "pmr"]
TARGETS = ["alloc_bench"]

# The decay is shortened so that idling need not take its usual ten seconds.
IDLE = {"OPENMATRIX_DECAY_MS": "500", "OPENMATRIX_BENCH_IDLE_S": "2"}


@dataclasses.dataclass
class Workload:
    name: str
    program: str
    filter: str  # of Google Benchmark: which of the program's benches
    candidates: list
    seconds: float = 0.2  # per bench and round
    environment: dict = dataclasses.field(default_factory=dict)


WORKLOADS = [
    Workload("hot", "alloc_bench", "^hot/", ALLOCATORS, 0.05),
    Workload("batch", "alloc_bench", "^batch/", ALLOCATORS, 0.05),
    Workload("frames", "alloc_bench", "^frames/", ALLOCATORS, 0.3),
    Workload("larson", "alloc_bench", "^larson/", ALLOCATORS, 1.0),
    Workload("mixed", "alloc_bench", "^mixed/", ALLOCATORS, environment=IDLE),
    Workload("first_touch", "alloc_bench", "^first_touch/", ALLOCATORS),
    Workload("threads", "alloc_bench", "^threads/", ALLOCATORS),
]

# What --quick runs of a workload: a pair of large touched blocks takes some candidates a tenth of a
# second.
QUICK = {"hot": "^hot/bytes:([0-9]+/touch:0|(64|65536|1048576)/touch)"}


@dataclasses.dataclass
class Job:
    workload: str
    program: str
    candidate: str
    filter: str
    seconds: float
    environment: dict
    timeout: float = 900

    def arguments(self):
        return [f"--candidate={self.candidate}", f"--benchmark_filter={self.filter}",
                f"--benchmark_min_time={self.seconds}", "--benchmark_format=json"]


class Row:
    """One bench of one candidate in one round."""

    def __init__(self, candidate, row, foreign):
        self.candidate = candidate
        self.bench = re.sub(r"/(real_time|manual_time|iterations:\d+|process_time)", "", row["name"])
        self.foreign = foreign
        self.values = {"ns": row["real_time"] * {"ns": 1, "us": 1e3, "ms": 1e6}[row["time_unit"]]}
        known = {"name", "family_index", "per_family_instance_index", "run_name", "run_type",
                 "repetitions", "repetition_index", "threads", "iterations", "real_time",
                 "cpu_time", "time_unit", "label"}
        for key, value in row.items():
            if key not in known and isinstance(value, (int, float)):
                self.values[key] = value


def jobs(quick, only, candidates):
    result = []
    for workload in WORKLOADS:
        if only not in workload.name:
            continue
        for candidate in workload.candidates:
            if candidates and candidate not in candidates:
                continue
            name, seconds = workload.filter, workload.seconds
            if quick:
                name, seconds = QUICK.get(workload.name, name), 0.001
            result.append(Job(workload.name, workload.program, candidate, name, seconds,
                              workload.environment))
    return result


def order(all_jobs, number):
    """Candidates of one workload run one after the other, each round in another order."""
    generator = random.Random(number)
    by_workload = {}
    for job in all_jobs:
        by_workload.setdefault(job.workload, []).append(job)
    result = []
    for group in by_workload.values():
        group = list(group)
        generator.shuffle(group)
        result += group
    return result
