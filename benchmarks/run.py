"""Measure speed and memory and print one table, with lifetimes and plain pandas beside it.

command  python benchmarks/run.py           (a few minutes; `make bench` is the same)
         python benchmarks/run.py --quick   (under a minute: 100,000 customers, 500,000 rows)
         python benchmarks/run.py --full    (also ten million customers)

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

if TYPE_CHECKING:
    from timing import Measured

HERE = Path(__file__).parent
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
    ours: str
    other: str = ""
    ratio: str = ""
    aim: str = ""

    def row(self) -> str:
        """The line in Markdown."""
        return f"| {self.what} | {self.ours} | {self.other} | {self.ratio} | {self.aim} |"


def environment() -> dict[str, str]:
    """The shell's, except that byte code may be written, as in any ordinary installation."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measure(side: str, name: str, path: Path, repeats: int) -> Measured:
    """One measurement, in a process of its own."""
    command = [sys.executable, str(HERE / f"by_{side}.py"), name, f"--data={path}"]
    done = subprocess.run(
        [*command, f"--repeats={repeats}"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
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
    for unit, size in (("µs", 1e-6), ("ms", 1e-3)):
        if seconds < 1000 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def fit(folder: Path, size: int, repeats: int, *, referee: bool) -> list[Line]:
    path = data.save(data.histories(size), folder, f"{size:,} customers")
    ours = measure("retentionkit", "fit", path, repeats)
    limit = measure("retentionkit", "read_once", path, repeats)
    other, ratio = "", ""
    if referee:
        theirs = measure("lifetimes", "fit", path, 1)
        # Their optimiser stops short of the optimum; its parameters are good to four digits.
        agree(ours, theirs, rtol=1e-3)
        other = f"lifetimes {clock(theirs['median'])}"
        ratio = f"{theirs['median'] / ours['median']:.0f} times faster"
    return [
        Line(
            f"BG/NBD fit, {path.name}",
            clock(ours["median"]),
            other,
            ratio,
            {1_000_000: "50 times, better 100", 10_000_000: "2 s"}.get(size, ""),
        ),
        Line("... peak memory, in input arrays", f"{ours['memory']:.2f}", "", "", "below 3"),
        Line(
            "... one reading of the input arrays",
            "",
            f"limit {clock(limit['median'])}",
            f"fit is {ours['median'] / limit['median']:.0f} readings",
        ),
    ]


def score(folder: Path, size: int, repeats: int) -> list[Line]:
    path = folder / f"{size:,} customers"
    sides = [("retentionkit", "score"), ("lifetimes", "score")]
    ours, theirs = alternating(sides, path, repeats)
    agree(ours, theirs, rtol=1e-9)
    return [
        Line(
            f"P(alive) and expected purchases, {path.name}",
            clock(ours["median"]),
            f"lifetimes {clock(theirs['median'])}",
            f"{theirs['median'] / ours['median']:.1f} times faster",
            "0.15 s" if size == 1_000_000 else "",
        )
    ]


def pareto(folder: Path, size: int, repeats: int) -> list[Line]:
    path = folder / f"{size:,} customers"
    fitted, simpler = alternating(
        [("retentionkit", "fit_pareto"), ("retentionkit", "fit")], path, repeats
    )
    expected = measure("retentionkit", "expect_pareto", path, repeats)
    discounted = measure("retentionkit", "discount_pareto", path, repeats)
    return [
        Line(
            f"Pareto/NBD fit, {path.name}",
            clock(fitted["median"]),
            f"BG/NBD {clock(simpler['median'])}",
            f"{fitted['median'] / simpler['median']:.1f} times its time",
            "10 times",
        ),
        Line("... peak memory, in input arrays", f"{fitted['memory']:.2f}", aim="below 3"),
        Line("... conditional expectation", clock(expected["median"]), aim="0.1 s"),
        Line("... discounted, infinite horizon", clock(discounted["median"]), aim="1 s"),
    ]


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


def small(folder: Path, size: int, repeats: int) -> list[Line]:
    one = measure("retentionkit", "one_customer", folder, repeats)
    made = measure("retentionkit", "simulate", folder / f"{size:,} customers", repeats)
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes, three runs")
    parser.add_argument("--full", action="store_true", help="also ten million customers")
    parser.add_argument(
        "--only", choices=["fit", "score", "pareto", "summary", "small"], help="one part"
    )
    chosen = parser.parse_args()
    sizes, rows, repeats = chosen.customers, chosen.rows, chosen.repeats
    if chosen.quick:
        sizes, rows, repeats = [100_000], 500_000, 3

    def wanted(part: str) -> bool:
        return chosen.only in (None, part)

    print("| | retentionkit | beside it | ratio | aim |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines: list[Line] = []
        if wanted("fit"):
            for size in sizes:
                lines += fit(folder, size, repeats, referee=True)
            if chosen.full:
                lines += fit(folder, 10_000_000, min(repeats, 3), referee=False)
        else:
            data.save(data.histories(sizes[-1]), folder, f"{sizes[-1]:,} customers")
        if wanted("score"):
            lines += score(folder, sizes[-1], repeats)
        if wanted("pareto"):
            lines += pareto(folder, sizes[-1], repeats)
        if wanted("summary"):
            lines += summary(folder, rows, repeats)
        if wanted("small"):
            lines += small(folder, sizes[-1], repeats)
        print("\n".join(line.row() for line in lines))


if __name__ == "__main__":
    main()
