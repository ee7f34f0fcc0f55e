"""Measure speed and memory and print one table, with lifetimes and plain pandas beside it.

command  python benchmarks/run.py           (a few minutes; `make bench` is the same)
         python benchmarks/run.py --quick   (under a minute: 100,000 customers, 500,000 rows)
         python benchmarks/run.py --full    (also ten million customers)
         python benchmarks/run.py --cpu     (time of the processor, on a busy machine)

Every measurement runs in a process of its own and is the median of several runs; ratios are taken
within one run of this script, since machines differ. Both sides of a comparison read the same
arrays, and the script stops when they disagree.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import data
import numpy as np
from entries import ENTRIES, MILLION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entries import Entry
    from timing import Measured

HERE = Path(__file__).parent
OTHER_PARTS = ("summary", "segments", "surveys", "small", "curve")
#: Where the package rfm lives; `make bench` puts it there.
RFM_PYTHON = HERE.parent / ".venv-rfm" / "bin" / "python"
CPU = "--cpu"
NOTHING: Mapping[str, str] = {}
#: Memory given back is given back to the system, so that a peak is one (for glibc).
RETURNED = {"MALLOC_MMAP_THRESHOLD_": "1000000"}
IMPORT_TIME = """
import numpy
from time import perf_counter
start = perf_counter()
import retentionkit
print(perf_counter() - start)
"""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    ours: str = ""
    other: str = ""
    ratio: str = ""
    aim: str = ""

    def row(self) -> str:
        """The line in Markdown."""
        return f"| {self.what} | {self.ours} | {self.other} | {self.ratio} | {self.aim} |"


#: Medians in seconds, by measurement and size.
Found = dict[tuple[str, int], float]


def environment() -> dict[str, str]:
    """The shell's, except that byte code may be written, as in any ordinary installation."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measure(
    side: str, name: str, path: Path, repeats: int, extra: Mapping[str, str] = NOTHING
) -> Measured:
    """One measurement, in a process of its own."""
    python = str(RFM_PYTHON) if side == "rfm" else sys.executable
    command = [python, str(HERE / f"by_{side}.py"), name, f"--data={path}"]
    done = subprocess.run(
        [*command, f"--repeats={repeats}"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | {"BENCHMARK_CLOCK": "cpu" if CPU in sys.argv else "wall"} | {**extra},
    )
    print(f"  done: {side} {name}, {path.name}", file=sys.stderr)
    return json.loads(done.stdout)


def alternating(
    sides: list[tuple[str, str]], path: Path, repeats: int, rounds: int = 3
) -> list[Measured]:
    """Each side's runs in several rounds, so that a busy moment of the machine meets all sides."""
    found: list[list[Measured]] = [[] for _ in sides]
    for _ in range(rounds):
        for measured, (side, name) in zip(found, sides, strict=True):
            measured.append(measure(side, name, path, max(repeats // rounds, 1)))
    return [
        runs[0] | {"median": median(second for run in runs for second in run["seconds"])}
        for runs in found
    ]


def agree(ours: Measured, other: Measured, rtol: float) -> None:
    """Stop unless both sides of a comparison computed the same."""
    np.testing.assert_allclose(ours["check"], other["check"], rtol=rtol)


def clock(seconds: float) -> str:
    """The time in its natural unit, to two or three digits."""
    for unit, size in (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3)):
        if seconds < 1000 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def lines_of(entry: Entry, folder: Path, size: int, repeats: int, found: Found) -> list[Line]:
    """What an entry says of one size, and what stands beside it."""
    path = data.made(folder, entry.data, size)
    other, ratio = "", ""
    if entry.other and size <= entry.other_up_to and not entry.other_slow:
        sides = [("retentionkit", entry.ours), ("lifetimes", entry.other)]
        ours, theirs = alternating(sides, path, repeats)
    else:
        ours, theirs = measure("retentionkit", entry.ours, path, repeats), None
        if entry.other and size <= entry.other_up_to:
            theirs = measure("lifetimes", entry.other, path, 1)
    found[entry.ours, size] = ours["median"]
    if theirs is not None:
        agree(ours, theirs, rtol=entry.rtol)
        other = f"lifetimes {clock(theirs['median'])}"
        ratio = f"{theirs['median'] / ours['median']:.3g} times faster"
    lines = [
        Line(f"{entry.what}, {path.name}", clock(ours["median"]), other, ratio, entry.aim(size))
    ]
    if entry.memory and size >= MILLION:  # below, it is mostly working space of fixed size
        aim = "below 3" if entry.part == "fit" else ""
        peak = measure("retentionkit", entry.ours, path, 1, RETURNED)["memory"]
        lines.append(Line("... peak memory, in input arrays", f"{peak:.2f}", aim=aim))
    if entry.against:
        sides = [("retentionkit", entry.against), ("retentionkit", entry.ours)]
        base, again = alternating(sides, path, repeats)
        times = again["median"] / base["median"]
        lines.append(Line("... beside BG/NBD", ratio=f"{times:.2f} times", aim=entry.against_aim))
    if entry.limit:
        limit = measure("retentionkit", "read_once", path, repeats)
        times = ours["median"] / limit["median"]
        reading = f"limit {clock(limit['median'])}"
        lines.append(Line("... one reading of the arrays", "", reading, f"{times:.0f} readings"))
    return lines


def curve(folder: Path, sizes: list[int], repeats: int, found: Found) -> list[str]:
    """The cost of a customer as customers grow in number, in Markdown."""
    rows = ["| customers | BG/NBD fit | for each | expected purchases | for each |"]
    rows.append("|---|---|---|---|---|")
    for size in sizes:
        path = data.made(folder, "customers", size)
        cells = [f"{size:,}"]
        for name in ("fit_BGNBD", "expect"):
            if (name, size) not in found:
                found[name, size] = measure("retentionkit", name, path, repeats)["median"]
            cells += [clock(found[name, size]), clock(found[name, size] / size)]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def summary(folder: Path, rows: int, repeats: int) -> list[Line]:
    arrays = data.log(rows // 5)
    path = data.save(arrays, folder, f"{len(arrays['date']):,} rows, {rows // 5:,} customers")
    sides = [("retentionkit", "summary"), ("retentionkit", "summary_polars")]
    sides += [("lifetimes", "summary"), ("pandas", "summary")]
    ours, polars, theirs, by_hand = alternating(sides, path, repeats)
    for other in (theirs, by_hand, polars):
        agree(ours, other, rtol=1e-9)

    def line(what: str, mine: Measured, other: Measured, who: str, aim: str) -> Line:
        share = f"{mine['median'] / other['median']:.2f} of its time"
        clocks = clock(mine["median"]), f"{who} {clock(other['median'])}"
        return Line(f"log to histories, {what}, {path.name}", *clocks, share, aim)

    return [
        line("pandas", ours, theirs, "lifetimes", "0.5"),
        line("pandas", ours, by_hand, "pandas by hand", "1.4"),
        line("polars", polars, by_hand, "pandas by hand", ""),
    ]


def segments(folder: Path, customers: int, repeats: int) -> list[Line]:
    """A log measured, scored, segmented and profiled; some ten orders for each customer."""
    arrays = data.log(customers, data.REGULAR)
    path = data.save(arrays, folder, f"{len(arrays['date']):,} orders, {customers:,} customers")
    sides = [("retentionkit", "segments_polars"), ("polars", "segments")]
    polars, by_hand = alternating(sides, path, repeats)
    ours = measure("retentionkit", "segments", path, repeats)
    for found in (polars, ours):
        agree(found, by_hand, rtol=1e-9)
    clocks = clock(polars["median"]), f"polars by hand {clock(by_hand['median'])}"
    share = f"{polars['median'] / by_hand['median']:.2f} of its time"
    name = f"log to segments, {path.name}"
    lines = [Line(f"{name}, polars", *clocks, share, "1.5")]
    lines.append(Line(f"{name}, pandas", clock(ours["median"]), aim="10 s"))
    return lines


def segments_beside_rfm(folder: Path, customers: int, repeats: int) -> list[Line]:
    """The same beside the package rfm, which takes minutes for ten million orders."""
    arrays = data.log(customers, data.REGULAR)
    path = data.save(arrays, folder, f"{len(arrays['date']):,} orders, {customers:,} customers")
    theirs = measure("rfm", "segments", path, 1)
    ours = measure("retentionkit", "segments", path, repeats)
    times = f"{theirs['median'] / ours['median']:.3g} times faster"
    clocks = clock(ours["median"]), f"rfm {clock(theirs['median'])}"
    return [Line(f"log to segments, {path.name}, pandas", *clocks, times)]


def surveys(folder: Path, size: int, repeats: int) -> list[Line]:
    """Scores of a thousand groups beside a group-by that counts and does nothing else."""
    path = data.save(data.answers(size), folder, f"{size:,} answers in 1,000 groups")
    lines = []
    for by, suffix in (("numbers", ""), ("text", "_text")):
        sides = [("polars", f"groups{suffix}")]
        sides += [("retentionkit", f"groups{suffix}{kind}") for kind in ("_polars", "")]
        by_hand, *ours = alternating(sides, path, repeats)
        for found, kind in zip(ours, ("polars", "pandas"), strict=True):
            agree(found, by_hand, rtol=1e-9)
            clocks = clock(found["median"]), f"polars group-by {clock(by_hand['median'])}"
            share = f"{found['median'] / by_hand['median']:.2f} of its time"
            lines.append(Line(f"NPS by group, {by}, {kind}, {path.name}", *clocks, share, "2"))
    return lines


def small(folder: Path, size: int, repeats: int) -> list[Line]:
    one = measure("retentionkit", "one_customer", folder, repeats)
    path = data.made(folder, "customers", size)
    made = measure("retentionkit", "simulate", path, repeats)
    return [
        Line("one customer: P(alive), purchases, value", clock(one["median"]), aim="1 ms"),
        Line("import beyond numpy", clock(import_time(5 * repeats)), aim="60 ms"),
        Line(
            f"simulate a log, {size:,} customers",
            clock(made["median"]),
            aim="about 1 s" if size == 1_000_000 else "",
        ),
    ]


def import_time(repeats: int) -> float:
    command = [sys.executable, "-c", IMPORT_TIME]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
        for _ in range(repeats)
    ]
    return median(float(run.stdout) for run in runs)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, nargs="+", default=[100_000, MILLION])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes, three runs")
    parser.add_argument("--full", action="store_true", help="also ten million customers")
    parser.add_argument(CPU, action="store_true", help="processor time, on a busy machine")
    parts = [
        *dict.fromkeys(entry.part for entry in ENTRIES),
        "summary",
        "segments",
        "surveys",
        "small",
        "curve",
    ]
    parser.add_argument("--only", choices=parts, nargs="+", default=parts, help="some parts")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.customers, chosen.rows, chosen.repeats = [100_000], 500_000, 3
    if chosen.full:
        chosen.customers.append(10 * MILLION)
    return chosen


def main() -> None:
    chosen = arguments()
    sizes, repeats, found = sorted(chosen.customers), chosen.repeats, Found()
    middle = max(size for size in sizes if size <= max(MILLION, sizes[0]))
    wanted = [entry for entry in ENTRIES if entry.part in chosen.only]
    print("| | retentionkit | beside it | ratio | aim |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for entry in wanted:
            for size in sorted({*sizes, *entry.also}):
                runs = repeats if size <= MILLION else min(repeats, 3)
                show(lines_of(entry, folder, size, runs, found))
        if "summary" in chosen.only:
            show(summary(folder, chosen.rows, repeats))
        if "segments" in chosen.only:
            show(segments(folder, middle, min(repeats, 3)))
            if RFM_PYTHON.exists():
                show(segments_beside_rfm(folder, min(middle, 100_000), repeats))
            else:
                print("  left out: rfm (make bench installs it)", file=sys.stderr)
        if "surveys" in chosen.only:
            show(surveys(folder, 2 * chosen.rows, max(repeats, 3)))
        if "small" in chosen.only:
            show(small(folder, middle, repeats))
        if "curve" in chosen.only:
            rows = curve(folder, sorted({10_000, *sizes}), repeats, found)
            print("", *rows, sep="\n", flush=True)


def show(lines: list[Line]) -> None:
    print(*[line.row() for line in lines], sep="\n", flush=True)


if __name__ == "__main__":
    main()
