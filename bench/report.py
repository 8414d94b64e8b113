"""From the rows of tools/bench to medians, and from medians to tables of ratios.

A ratio says how we compare: below 1 we are ahead, whatever the value's direction.
"""
import collections
import dataclasses
import json
import re
import statistics

import cores
from suite import FLOOR, OURS, WORKLOADS

# A round in which others used more of the machine than this counts only if there is no better one.
QUIET = 0.05

# The values that the tables show. Those of a workload that is not named here: LATENCY, RATE, or
# the time of an iteration.
SHOWN = {
    "hot": ["s_per_pair"], "batch": ["s_per_pair"], "first_touch": ["s_per_4k"],
    "frames": ["frames_per_s", "cpu_s_per_frame"], "larson": ["ops_per_s"],
    "mixed": ["s_per_iteration", "peak_per_live", "idle_bytes"],
    "threads": ["s_per_iteration", "resident_growth"],
}
LATENCY = ["p50_s", "p99_s", "p999_s"]
RATE = ["messages_per_s", "cpu_s_per_message"]


def summarise(rows, rounds, date, about):
    """Medians and spreads over the quiet rounds, with near cores, by bench, value and candidate.

    `about` is what else the result says of itself: machine, commit.
    """
    cells = collections.defaultdict(list)
    for row in rows:
        for name, value in row.values.items():
            cells[row.bench, name, row.candidate].append((row, value))
    least = min((row.apart for row in rows if row.apart is not None), default=None)
    benches = {}
    for (bench, name, candidate), samples in sorted(cells.items()):
        quiet = [(row, value) for row, value in samples
                 if row.foreign <= QUIET and cores.are_near(row.apart, least)]
        used = quiet or samples
        values = [value for _, value in used]
        benches.setdefault(bench, {}).setdefault(name, {})[candidate] = {
            "median": short(statistics.median(values)), "low": short(min(values)),
            "high": short(max(values)), "rounds": len(values),
            "foreign": round(statistics.median(row.foreign for row, _ in used), 3),
            "quiet": bool(quiet)}
    return {"date": date, **about, "rounds": rounds, "benches": benches}


def short(value):
    """More digits than five say nothing."""
    return float(f"{value:.5g}")


def to_json(result):
    """Readable, and a line for each candidate of each bench."""
    return re.sub(r'\{\s+("median"[^{}]*)\}',
                  lambda cell: "{" + " ".join(cell.group(1).split()) + "}",
                  json.dumps(result, indent=1)) + "\n"


# -- comparing

def more_is_better(value):
    return value.endswith("_per_s")


def is_floor(candidate):
    return candidate.startswith(FLOOR)


def peers(cells):
    return {name: cell for name, cell in cells.items() if name != OURS and not is_floor(name)}


def best(cells, value):
    """The candidate with the best median, None if there is none."""
    choose = max if more_is_better(value) else min
    return choose(cells, key=lambda name: cells[name]["median"], default=None)


def ratio(ours, other, value):
    """None if it would divide by 0."""
    if more_is_better(value):
        ours, other = other, ours
    return ours / other if other else None


@dataclasses.dataclass
class Comparison:
    ours: float
    peer: str
    theirs: float
    ratio: float  # or None


def compare(cells, value):
    """Ours with the best peer; None if one of them is missing."""
    others = peers(cells)
    if OURS not in cells or not others:
        return None
    peer = best(others, value)
    ours, theirs = cells[OURS]["median"], others[peer]["median"]
    return Comparison(ours, peer, theirs, ratio(ours, theirs, value))


# -- printing

def number(value):
    for factor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "u"),
                         (1e-9, "n")):
        if abs(value) >= factor:
            return f"{value / factor:.3g}{unit}"
    return f"{value:.3g}"


def shown(group, names):
    if group in SHOWN:
        return [name for name in SHOWN[group] if name in names]
    return ([name for name in LATENCY + RATE if name in names] or
            [name for name in ("s_per_iteration",) if name in names])


def natural(bench):
    """Sorts bytes:4096 behind bytes:64."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in bench.replace(":", "/").split("/")]


def tables(result):
    """One table per workload and value: medians, and our ratio to the best peer."""
    benches = result["benches"]
    groups = collections.defaultdict(list)
    for bench in sorted(benches, key=natural):
        groups[bench.split("/")[0]].append(bench)
    lines = []
    order = [workload.name for workload in WORKLOADS]
    for group, members in sorted(groups.items(), key=lambda entry: order.index(entry[0])
                                 if entry[0] in order else len(order)):
        for value in shown(group, {name for bench in members for name in benches[bench]}):
            lines += table(group, value, {bench: benches[bench][value] for bench in members
                                          if value in benches[bench]})
    return lines


def table(group, value, by_bench):
    candidates = sorted({name for cells in by_bench.values() for name in cells},
                        key=lambda name: (name != OURS, is_floor(name), name))
    width = max(len(bench) for bench in by_bench)
    column = max(9, *(len(name) for name in candidates)) + 2
    lines = ["", f"{group}: {value}, {'more' if more_is_better(value) else 'less'} is better; "
             "ratio to the best peer, below 1 is a win; * marks a noisy round",
             " " * width + "".join(f"{name:>{column}}" for name in candidates) + "   ratio"]
    for bench, cells in by_bench.items():
        texts = [number(cells[name]["median"]) + ("" if cells[name]["quiet"] else "*")
                 if name in cells else "" for name in candidates]
        compared = compare(cells, value)
        last = f" {compared.ratio:7.3g}" if compared and compared.ratio is not None else ""
        lines.append((f"{bench:<{width}}" + "".join(f"{text:>{column}}" for text in texts) +
                      last).rstrip())
    return lines
