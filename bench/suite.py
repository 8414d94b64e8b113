"""What tools/bench runs: workloads, candidates, and the order of the processes."""
import dataclasses
import random
import re

OURS = "matrix"
ALLOCATORS = [OURS, "glibc", "jemalloc", "tcmalloc", "mimalloc", "tbb", "pmr"]
TRANSPORTS = [OURS, "boost_spsc", "tbb_queue", "tbb_queue_spin", "mutex_queue", "zmq_inproc"]
# Candidates that are no peers but what the machine itself costs are called so: they are shown, and
# never compared with.
FLOOR = "floor_"
TARGETS = ["alloc_bench", "transfer_bench"]

# The decay is shortened so that idling need not take its usual ten seconds.
IDLE = {"OPENMATRIX_DECAY_MS": "500", "BENCH_IDLE_S": "2"}
# As many blocks as the budget that the peers get there (alloc/waiting.cpp).
EXHAUSTED = {"OPENMATRIX_HOST_MEMORY": "16M", "OPENMATRIX_LOG": "error"}
# The quarantine overflows at the largest payloads, which is logged once.
TRANSFER = {"OPENMATRIX_LOG": "error"}


@dataclasses.dataclass
class Workload:
    name: str
    program: str
    filter: str  # of Google Benchmark: which of the program's benches
    candidates: list
    seconds: float = 0.2  # per bench and round
    environment: dict = dataclasses.field(default_factory=dict)
    crosses: bool = False  # whether its time is that of cache lines that cross cores


WORKLOADS = [
    Workload("hot", "alloc_bench", "^hot/", ALLOCATORS, 0.05),
    Workload("batch", "alloc_bench", "^batch/", ALLOCATORS, 0.05),
    Workload("frames", "alloc_bench", "^frames/", ALLOCATORS, 0.3, crosses=True),
    Workload("larson", "alloc_bench", "^larson/", ALLOCATORS, 1.0, crosses=True),
    Workload("mixed", "alloc_bench", "^mixed/", ALLOCATORS, environment=IDLE),
    Workload("first_touch", "alloc_bench", "^first_touch/", ALLOCATORS),
    Workload("threads", "alloc_bench", "^threads/", ALLOCATORS, crosses=True),
    Workload("waiting", "alloc_bench", "^waiting/", [*ALLOCATORS, "floor_futex"], 1.0, EXHAUSTED,
             True),
    Workload("ping_pong", "transfer_bench", "^ping_pong/",
             [*TRANSPORTS, "floor_ring", "floor_memcpy"], 0.2, TRANSFER, True),
    # 5000 messages a second, so three of them are slower than p999_s.
    Workload("paced", "transfer_bench", "^paced/", [*TRANSPORTS, "floor_futex"], 0.6, TRANSFER,
             True),
    Workload("stream", "transfer_bench", "^stream/", [*TRANSPORTS, "floor_ring"], 0.2, TRANSFER,
             True),
    Workload("graphs", "transfer_bench", "^graphs/", TRANSPORTS, 0.3, TRANSFER, True),
    Workload("stream_d2h", "transfer_bench", "^stream_d2h/", [OURS], 0.2, TRANSFER, True),
    Workload("forward3", "transfer_bench", "^forward3/", [OURS], 0.2, TRANSFER, True),
    Workload("late_frees", "transfer_bench", "^late_frees/", [OURS], 0.2, TRANSFER, True),
    Workload("cereal", "transfer_bench", "^cereal_", [OURS], 0.2, TRANSFER, True),
]

# What --quick leaves out: pairs of large touched blocks, which take some candidates a tenth of a
# second each, most of the replacements and the idling, and two copies of 256 MiB into fresh pages.
QUICK = {"hot": "^hot/bytes:([0-9]+/touch:0|(64|65536|1048576)/touch)",
         "forward3": "^forward3/bytes:(4096|262144|3110400|16777216)/"}
QUICK_SECONDS = 0.01
QUICK_ENVIRONMENT = {"mixed": {"BENCH_REPLACED": "200", "BENCH_IDLE_S": "0"}}


@dataclasses.dataclass
class Job:
    workload: str
    program: str
    candidate: str
    filter: str
    seconds: float
    environment: dict
    crosses: bool = False
    timeout: float = 900

    def arguments(self):
        return [f"--candidate={self.candidate}", f"--benchmark_filter={self.filter}",
                f"--benchmark_min_time={self.seconds}", "--benchmark_format=json"]


# What a cache line costs from one core to another, and back, halved.
LINE = Job("line", "transfer_bench", "floor_ring", "^ping_pong/bytes:4096/", 0.02, TRANSFER)


class Row:
    """One bench of one candidate in one round."""

    def __init__(self, candidate, row, foreign):
        self.candidate = candidate
        self.bench = re.sub(r"/(real_time|manual_time|iterations:\d+|process_time)", "",
                            row["name"])
        self.foreign = foreign
        self.apart = None  # seconds that a cache line took between cores, at most, if that matters
        unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[row["time_unit"]]
        self.values = {"s_per_iteration": row["real_time"] * unit}
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
            environment = workload.environment
            if quick:
                name, seconds = QUICK.get(workload.name, name), QUICK_SECONDS
                environment = {**environment, **QUICK_ENVIRONMENT.get(workload.name, {})}
            result.append(Job(workload.name, workload.program, candidate, name, seconds,
                              environment, workload.crosses))
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
