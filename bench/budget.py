"""What we want to reach, judged on a result, and the tables that README.md shows.

A target is a limit on a ratio within one run; a few are absolute. Missing one is worth a look at
the code, and never an exit status: times differ from machine to machine.
"""
import dataclasses
import re
import typing

import report
from suite import OURS

# -- what ours is divided by: functions of a result, a bench and a value that give a median or None


def best_peer(result, bench, value):
    cells = report.peers(result["benches"][bench][value])
    return cells[report.best(cells, value)]["median"] if cells else None


def one_of(pattern):
    """The best of the candidates whose names match."""
    def reference(result, bench, value):
        cells = {name: cell for name, cell in result["benches"][bench][value].items()
                 if re.fullmatch(pattern, name)}
        return cells[report.best(cells, value)]["median"] if cells else None
    return reference


def ourselves_at(other_bench):
    def reference(result, _, value):
        return ours(result, other_bench, value)
    return reference


def fixed(amount):
    return lambda *_: amount


def ours(result, bench, value):
    return result["benches"].get(bench, {}).get(value, {}).get(OURS, {}).get("median")


@dataclasses.dataclass
class Target:
    path: str
    benches: str  # all of these, by pattern; the worst one is what counts
    value: str
    limit: float  # of the ratio, below 1 is ahead; None: only stated
    of: str       # what the ratio is to
    reference: typing.Callable = best_peer


BELOW = "(64|1024|4096|65536|262144)"
ABOVE = r"(1048576|4194304|16777216|67108864|268435360)"
QUEUE_OF_200 = "stream/bytes:(4096|262144|3110400)"
TARGETS = [
    Target("pair, below 512 KiB", f"hot/bytes:{BELOW}/touch:0/threads:1", "s_per_pair", 1.25,
           "best peer"),
    Target("pair, 1 MiB and more", f"hot/bytes:{ABOVE}/touch:0/threads:1", "s_per_pair", 0.5,
           "best peer"),
    Target("pair of 256 MiB - 96", "hot/bytes:268435360/touch:0/threads:1", "s_per_pair", 2,
           "64 B", ourselves_at("hot/bytes:64/touch:0/threads:1")),
    Target("pair, every page touched", r"hot/bytes:\d+/touch:1/threads:1", "s_per_pair", 1.05,
           "best peer"),
    Target("frames freed elsewhere", r"frames/bytes:(3110400|12441600)/.*", "frames_per_s", 1,
           "best peer"),
    Target("the same, CPU per frame", r"frames/bytes:(3110400|12441600)/.*", "cpu_s_per_frame", 1,
           "best peer"),
    Target("random sizes, 2 threads", "larson/threads:2", "ops_per_s", 1, "best peer"),
    Target("64 live blocks, time", "mixed", "s_per_iteration", 1, "best peer"),
    Target("64 live blocks, peak RSS", "mixed", "peak_per_live", 1.25, "live bytes", fixed(1)),
    Target("first touch of fresh memory", r"first_touch/.*", "s_per_4k", None, "glibc",
           one_of("glibc")),
    Target("waiting allocation, asleep", "waiting/asleep_us:200", "p50_s", None, "futex wake",
           one_of("floor_futex")),
    Target("SendData in process, p50", "ping_pong/.*", "p50_s", 3, "SPSC ring",
           one_of("boost_spsc")),
    Target("the same, absolute", "ping_pong/.*", "p50_s", 1, "0.5 us", fixed(0.5e-6)),
    Target("the same, receiver asleep", "paced/.*", "p50_s", 1.2, "futex wake",
           one_of("floor_futex")),
    Target("payloads copied on a first hop", "(ping_pong|paced|stream)/.*", "copies", 0, "a copy",
           fixed(1)),
    Target("stream, queue of 200", QUEUE_OF_200, "messages_per_s", 1, "1 M messages/s", fixed(1e6)),
    Target("the same", QUEUE_OF_200, "messages_per_s", 0.333, "mutex queue",
           one_of("mutex_queue")),
    Target("stream, queue of 2", "stream/bytes:(16777216|268435360)", "messages_per_s", None,
           "mutex queue", one_of("mutex_queue")),
]


@dataclasses.dataclass
class Verdict:
    target: Target
    ratio: float  # the worst one; None: not measured
    bench: str

    @property
    def text(self):
        if self.ratio is None:
            return "not measured"
        if self.target.limit is None:
            return "stated"
        return "met" if self.ratio <= self.target.limit else "NOT MET"


def judge(result):
    return [verdict(result, target) for target in TARGETS]


def verdict(result, target):
    worst, where = None, ""
    for bench, values in result["benches"].items():
        mine = ours(result, bench, target.value)
        if mine is None or not re.fullmatch(target.benches, bench):
            continue
        other = target.reference(result, bench, target.value)
        ratio = None if other is None else report.ratio(mine, other, target.value)
        if ratio is not None and (worst is None or ratio > worst):
            worst, where = ratio, bench
    return Verdict(target, worst, where)


def table(result):
    """The budget as text."""
    lines = ["", "budget: our ratio, below 1 is ahead; the worst bench of each row counts"]
    for row in judge(result):
        target = "" if row.target.limit is None else f"<= {row.target.limit:.3g}"
        measured = "" if row.ratio is None else f"{row.ratio:.3g}"
        lines.append(f"{row.target.path:<31}{target:>8} of {row.target.of:<16}{measured:>8}  "
                     f"{row.text:<13}{row.bench}".rstrip())
    return lines


# -- README.md

@dataclasses.dataclass
class Line:
    text: str
    bench: str
    value: str


README = [
    Line("allocate and free, 64 B", "hot/bytes:64/touch:0/threads:1", "s_per_pair"),
    Line("64 KiB", "hot/bytes:65536/touch:0/threads:1", "s_per_pair"),
    Line("1 MiB", "hot/bytes:1048576/touch:0/threads:1", "s_per_pair"),
    Line("256 MiB - 96", "hot/bytes:268435360/touch:0/threads:1", "s_per_pair"),
    Line("64 KiB, a byte per page written", "hot/bytes:65536/touch:1/threads:1", "s_per_pair"),
    Line("1 MiB, the same", "hot/bytes:1048576/touch:1/threads:1", "s_per_pair"),
    Line("256 MiB - 96, the same", "hot/bytes:268435360/touch:1/threads:1", "s_per_pair"),
    Line("256 MiB of 1 MiB blocks, pages written, freed in random order",
         "batch/bytes:1048576/touch:1", "s_per_pair"),
    Line("4K frames freed by another thread, untouched", "frames/bytes:12441600/touch:0",
         "frames_per_s"),
    Line("1080p frames, the same, pages written",
         "frames/bytes:3110400/touch:1", "frames_per_s"),
    Line("4K frames, the same, pages written", "frames/bytes:12441600/touch:1", "frames_per_s"),
    Line("random sizes 64 B .. 1 MiB, 2 threads, sets handed over", "larson/threads:2",
         "ops_per_s"),
    Line("64 live blocks of 256 KiB .. 64 MiB, one replaced", "mixed", "s_per_iteration"),
    Line("their peak resident memory / live bytes", "mixed", "peak_per_live"),
    Line("first touch of fresh memory, per page", "first_touch/bytes:268435360", "s_per_4k"),
    Line("64 threads that come and go, 8 MiB each", "threads", "s_per_iteration"),
    Line("waiting allocation, from the free to its return, asleep", "waiting/asleep_us:200",
         "p50_s"),
    Line("the same, the free comes as the wait begins", "waiting/asleep_us:0", "p50_s"),
    Line("SendData across sides in turns, 4 KiB, p50 of a hop", "ping_pong/bytes:4096", "p50_s"),
    Line("256 MiB - 96, the same", "ping_pong/bytes:268435360", "p50_s"),
    Line("1080p frames to an idle receiver, p50", "paced/bytes:3110400", "p50_s"),
    Line("the same, CPU per message", "paced/bytes:3110400", "cpu_s_per_message"),
    Line("stream of 1080p frames", "stream/bytes:3110400", "messages_per_s"),
    Line("16 graphs at once", "graphs/count:16", "messages_per_s"),
]


def unit(value):
    if value.endswith("_per_s"):
        return "/s"
    if value.endswith("_s") or value.startswith("s_per") or value.startswith("cpu_s"):
        return "s"
    return "B" if value.endswith(("_bytes", "_growth")) else ""


def amount(number, value):
    text, of = report.number(number), unit(value)
    prefix = text[-1] if text[-1].isalpha() else ""
    digits = text[:-1] if prefix else text
    if of == "/s":
        return f"{digits} {prefix}/s" if prefix else f"{digits} /s"
    return f"{digits} {prefix}{of}".rstrip()


def markdown(result):
    """Ours against the best peer, losses in bold; then the budget."""
    machine = result["machine"]
    lines = [f"{result['date']}, {machine['cpus']} x {machine['cpu']}, {machine['compiler']}, "
             f"commit {result['commit']}, medians of {result['rounds']} rounds. "
             "Ratio: below 1 we are ahead; bold: we lose.", "",
             "| | ours | best peer | ratio |", "|---|---|---|---|"]
    for line in README:
        cells = result["benches"].get(line.bench, {}).get(line.value)
        compared = report.compare(cells, line.value) if cells else None
        if compared is None or compared.ratio is None:
            continue
        text = f"{compared.ratio:.2g}" if compared.ratio < 0.1 else f"{compared.ratio:.2f}"
        if float(text) > 1:
            text = f"**{text}**"
        lines.append(f"| {line.text} | {amount(compared.ours, line.value)} | "
                     f"{amount(compared.theirs, line.value)} ({compared.peer}) | {text} |")
    lines += ["", "| target | limit | measured, worst case | |", "|---|---|---|---|"]
    for row in judge(result):
        limit = "-" if row.target.limit is None else f"<= {row.target.limit:.3g}"
        measured = "-" if row.ratio is None else f"{row.ratio:.3g}"
        verdict_text = f"**{row.text.lower()}**" if row.text == "NOT MET" else row.text
        lines.append(f"| {row.target.path} | {limit} of {row.target.of} | {measured} | "
                     f"{verdict_text} |")
    return lines
