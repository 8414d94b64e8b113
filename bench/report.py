"""From the rows of tools/bench to medians and tables of ratios."""
import collections
import platform
import statistics
import subprocess

# The value that a workload is judged by, and whether more of it is better.
JUDGED = {
    "hot": ("s_per_pair", False), "batch": ("s_per_pair", False), "frames": ("frames_per_s", True),
    "larson": ("ops_per_s", True), "mixed": ("ns", False), "first_touch": ("s_per_4k", False),
    "threads": ("ns", False),
}
OURS = "matrix"
# A round in which others used more of the machine than this counts only if there is no better one.
QUIET = 0.05


def summarise(rows, rounds, date, root):
    """Medians and spreads over the quiet rounds, by bench, value and candidate."""
    cells = collections.defaultdict(list)
    for row in rows:
        for name, value in row.values.items():
            cells[row.bench, name, row.candidate].append((row.foreign, value))
    benches = {}
    for (bench, name, candidate), samples in sorted(cells.items()):
        quiet = [value for foreign, value in samples if foreign <= QUIET]
        values = quiet or [value for _, value in samples]
        benches.setdefault(bench, {}).setdefault(name, {})[candidate] = {
            "median": statistics.median(values), "low": min(values), "high": max(values),
            "rounds": len(values), "quiet": bool(quiet)}
    return {"date": date, "machine": machine(), "commit": git(root, "rev-parse", "--short", "HEAD"),
            "modified": bool(git(root, "status", "--porcelain")), "rounds": rounds,
            "benches": benches}


def git(root, *arguments):
    out = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    return out.stdout.strip()


def machine():
    model = "unknown"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout
    return {"cpu": model, "kernel": platform.release(), "libc": " ".join(platform.libc_ver()),
            "compiler": compiler.splitlines()[0] if compiler else "unknown"}


def judged(bench):
    return JUDGED.get(bench.split("/")[0], ("ns", False))


def ratio(cells, more_is_better):
    """How we compare with the best peer: below 1 we win, whatever the value's direction."""
    peers = [cell["median"] for name, cell in cells.items() if name != OURS]
    if OURS not in cells or not peers:
        return None
    best, ours = (max(peers) if more_is_better else min(peers)), cells[OURS]["median"]
    if more_is_better:
        best, ours = ours, best
    return ours / best if best else None


def number(value):
    for factor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "u"),
                         (1e-9, "n")):
        if abs(value) >= factor:
            return f"{value / factor:.3g}{unit}"
    return f"{value:.3g}"


def print_tables(result):
    """One table per workload: medians of each candidate, and our ratio to the best peer."""
    groups = collections.defaultdict(list)
    for bench in result["benches"]:
        groups[bench.split("/")[0]].append(bench)
    for group, benches in groups.items():
        name, more = judged(group)
        candidates = sorted({c for b in benches for c in result["benches"][b].get(name, {})},
                            key=lambda c: (c != OURS, c))
        print(f"\n{group}: {name}, {'more' if more else 'less'} is better; "
              f"ratio to the best peer, below 1 is a win, * marks a noisy round")
        width = max(len(b) for b in benches)
        print(" " * width, "".join(f"{c:>11}" for c in candidates), f"{'ratio':>8}")
        for bench in sorted(benches, key=natural):
            cells = result["benches"][bench].get(name, {})
            row = "".join(
                f"{number(cells[c]['median']) + ('' if cells[c]['quiet'] else '*'):>11}"
                if c in cells else " " * 11 for c in candidates)
            r = ratio(cells, more)
            print(f"{bench:<{width}}", row, f"{r:8.3g}" if r is not None else "")


def natural(bench):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in bench.replace(":", "/").split("/")]
