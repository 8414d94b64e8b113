"""SVG charts of a result, drawn by gnuplot: time over size, bars, and percentiles.

Ours is orange and drawn last; the colours of the others can be told apart by the colour-blind too
(Okabe and Ito). What a run did not measure is left out.
"""
import dataclasses
import math
import re
import subprocess

import report
from suite import OURS

ORANGE, BLUE_GREY, LIGHT_GREY, INK = "#D55E00", "#7A8FA6", "#C4C4C4", "#333333"
# Colour and point type of a line. A peer that is not here gets one of the last.
LINES = {OURS: (ORANGE, 7), "glibc": ("#0072B2", 4), "jemalloc": ("#009E73", 8),
         "tcmalloc": ("#CC79A7", 6), "mimalloc": ("#56B4E9", 10), "tbb": ("#B59B00", 12),
         "pmr": ("#777777", 2)}
OTHER_LINES = [("#000000", 1), ("#4B0082", 3), ("#8B4513", 14)]

PERCENTILES = [("p50_s", 7, 1.1, "p50"), ("p99_s", 6, 1.1, "p99"), ("p999_s", 2, 0.9, "p99.9")]


@dataclasses.dataclass
class Panel:
    title: str
    bench: str
    value: str = ""


FRAMES = [Panel(f"{size}, {touch}", f"frames/bytes:{number}/touch:{mode}", "frames_per_s")
          for mode, touch in ((0, "not touched"), (1, "a byte per page"), (2, "all bytes"))
          for number, size in ((3110400, "1920x1080"), (12441600, "3840x2160"))]
LARSON = [Panel("1 thread", "larson/threads:1", "ops_per_s"),
          Panel("2 threads, sets handed over", "larson/threads:2", "ops_per_s")]
LATENCIES = [Panel("in turns, half a round trip, 4 KiB", "ping_pong/bytes:4096"),
             Panel("in turns, half a round trip, 256 MiB - 96", "ping_pong/bytes:268435360"),
             Panel("5000 a second to an idle receiver, 4 KiB", "paced/bytes:4096"),
             Panel("5000 a second to an idle receiver, 1920x1080", "paced/bytes:3110400")]
WAITING = [Panel("the free comes as the wait begins", "waiting/asleep_us:0"),
           Panel("the free comes 0.2 ms later", "waiting/asleep_us:200")]
STREAMS = [Panel("4 KiB", "stream/bytes:4096", "messages_per_s"),
           Panel("1920x1080", "stream/bytes:3110400", "messages_per_s")]


def draw(result, stem):
    """Writes <stem>-<chart>.svg for each chart that has data; returns their paths."""
    footer = f"{result['date']}, {result['machine']['cpus']} x {result['machine']['cpu']}"
    charts = {
        "pairs": pairs(result, 0, "Allocate and free a block, not touched", footer),
        "pairs-touched": pairs(result, 1, "Allocate and free a block, a byte per page written",
                               footer),
        "frames": bars(result, FRAMES, "NV12 frames freed by another thread, frames per second",
                       footer),
        "larson": bars(result, LARSON, "Random sizes of 64 B .. 1 MiB, replacements per second",
                       footer),
        "stream": bars(result, STREAMS, "Stream of messages to another thread, messages per second",
                       footer),
        "latency": percentiles(result, LATENCIES, "From send to receipt on another thread", footer),
        "waiting": percentiles(result, WAITING,
                               "From a free to the return of the allocation that waits for it",
                               footer),
    }
    paths = []
    for name, (size, script) in charts.items():
        if script:
            paths.append(stem.with_name(f"{stem.name}-{name}.svg"))
            render(script, size, paths[-1])
    return paths


def render(script, size, path):
    head = (f"set terminal svg size {size[0]},{size[1]} noenhanced font 'sans-serif,13' "
            "background '#FFFFFF'\n"
            f"set output {quoted(path)}\nset encoding utf8\n"
            f'set border lc rgb "{INK}"\nset tics textcolor rgb "{INK}"\n')
    subprocess.run(["gnuplot"], input=head + script, text=True, check=True)


def quoted(text):
    """A gnuplot string, read as it stands: no escapes, no markup."""
    return "'" + str(text).replace("'", "''") + "'"


def data(name, rows):
    return f"${name} << EOD\n" + "".join(" ".join(map(str, row)) + "\n" for row in rows) + "EOD\n"


# -- time over size

def pairs(result, touch, title, footer):
    lines = {}
    for bench, values in result["benches"].items():
        found = re.fullmatch(rf"hot/bytes:(\d+)/touch:{touch}/threads:1", bench)
        for name, cell in values.get("s_per_pair", {}).items() if found else ():
            lines.setdefault(name, []).append((int(found.group(1)), cell["median"] * 1e9))
    if not lines:
        return None, ""
    # The key follows this order, what is drawn last is on top: ours has its own key at the front.
    names = sorted((name for name in lines if name != OURS))
    spare = iter(OTHER_LINES * len(names))
    looks = {name: LINES.get(name) or next(spare) for name in names}
    script = "".join(data(name, sorted(points)) for name, points in lines.items())
    bottom = 10 ** math.floor(math.log10(min(y for points in lines.values() for _, y in points)))
    plots = []
    if OURS in lines:
        names.append(OURS)
        looks[OURS] = LINES[OURS]
        plots.append(f'NaN with linespoints lw 4 pt 7 ps 0.8 lc rgb "{ORANGE}" '
                     "title 'openmatrix'")
    for name in names:
        colour, point = looks[name]
        wide, label = (4, "notitle") if name == OURS else (1.5, f"title {quoted(name)}")
        plots.append(f"${name} using 1:2 with linespoints lw {wide} pt {point} ps 0.8 "
                     f'lc rgb "{colour}" {label}')
    script += (f"set title {quoted(title + ': ns per pair, less is better')} font ',15'\n"
               "set logscale xy\nset grid ytics xtics lc rgb '#DDDDDD' lw 1\n"
               "set key outside right center reverse Left samplen 2 spacing 1.3\n"
               'set xtics ("64 B" 64, "1 KiB" 1024, "16 KiB" 16384, "256 KiB" 262144, '
               '"4 MiB" 4194304, "64 MiB" 67108864)\nset xrange [40:420000000]\n'
               f'set yrange [{0.999 * bottom}:*]\n'
               'set ytics ("1 ns" 1, "10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, '
               '"100 µs" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8)\n'
               f"set xlabel {quoted('bytes of the block      (' + footer + ')')}\n"
               "plot " + ", \\\n  ".join(plots) + "\n")
    return (860, 480), script


# -- panels: a row for each candidate, the best on top

def panels(result, wanted, value, title, footer, body):
    """Two panels abreast; `body` makes the gnuplot commands of one from its sorted rows."""
    parts = []
    for panel in wanted:
        cells = result["benches"].get(panel.bench, {}).get(panel.value or value, {})
        if cells:
            names = sorted(cells, key=lambda name: cells[name]["median"],
                           reverse=not report.more_is_better(panel.value or value))
            parts.append((panel, names))
    if not parts:
        return None, ""
    down = (len(parts) + 1) // 2
    tallest = max(len(names) for _, names in parts)
    height = 70 + down * (80 + 24 * tallest)
    script = (f"set multiplot layout {down},2 title {quoted(title)} font ',15' "
              f"margins 0.14,0.96,{55 / height:.3f},{1 - 75 / height:.3f} spacing 0.18,"
              f"{80 / height:.3f}\n"
              f"set label 1 {quoted(footer)} at screen 0.5,{14 / height:.3f} center font ',10'\n"
              "unset key\nset border 1\nset tics nomirror scale 0\n")
    for number, (panel, names) in enumerate(parts):
        tics = ", ".join(f"{quoted(label(name))} {row}" for row, name in enumerate(names))
        script += (f"set title {quoted(panel.title)} font ',13' offset 0,-0.6\nset ytics ({tics})\n"
                   f"set yrange [-0.6:{len(names) - 0.4}]\n" + body(panel, names, f"p{number}"))
        script += "unset label 1\n"
    return (860, height), script + "unset multiplot\n"


def label(name):
    return "openmatrix" if name == OURS else name.replace(report.FLOOR, "floor: ")


def colour(name):
    shade = ORANGE if name == OURS else LIGHT_GREY if report.is_floor(name) else BLUE_GREY
    return int(shade[1:], 16)


def bars(result, wanted, title, footer):
    def body(panel, names, block):
        cells = result["benches"][panel.bench][panel.value]
        rows = [(row, cells[name]["median"], colour(name), report.number(cells[name]["median"]))
                for row, name in enumerate(names)]
        most = max(row[1] for row in rows)
        return (data(block, rows) + f"set xrange [0:{most * 1.18}]\nunset xtics\n"
                f"plot ${block} using (0):1:(0):2:($1-0.36):($1+0.36):3 "
                "with boxxyerror fs solid 1 noborder lc rgb variable, "
                f"${block} using 2:1:4 with labels left offset 0.5,0\n")
    return panels(result, wanted, "", title + ", more is better", footer, body)


def decades(low, high):
    """Tics from `low` to `high` seconds, so few that their labels do not meet."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    step = 1 if len(powers) <= 6 else 2
    return ", ".join(f"'{report.number(10.0 ** power).replace('u', 'µ')}s' 1e{power}"
                     for power in powers if power % step == 0)


def percentiles(result, wanted, title, footer):
    medians = [cell["median"] for panel in wanted for value, *_ in PERCENTILES
               for cell in result["benches"].get(panel.bench, {}).get(value, {}).values()]
    positive = [median for median in medians if median > 0]

    def body(panel, names, block):
        values = result["benches"][panel.bench]
        rows = [(row, *(values[p[0]][name]["median"] for p in PERCENTILES), colour(name))
                for row, name in enumerate(names)]
        script = (data(block, rows) + "set logscale x\n"
                  f"set xrange [{0.7 * min(positive)}:{1.4 * max(positive)}]\n"
                  "set grid xtics lc rgb '#DDDDDD' lw 1\n"
                  f"set xtics ({decades(min(positive), max(positive))})\n"
                  f"plot ${block} using 2:1:($4-$2):(0):5 with vectors nohead lw 2 lc rgb variable")
        for column, (_, point, size, _) in enumerate(PERCENTILES, 2):
            script += (f", ${block} using {column}:1:5 with points pt {point} ps {size} lw 2 "
                       "lc rgb variable")
        return script + "\n"
    return panels(result, wanted, "p50_s",
                  f"{title}: p50 ●, p99 ○, p99.9 ×, less is better", footer, body)
