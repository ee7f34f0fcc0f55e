"""Clocks, memory, and the door of a script that measures one thing in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import warnings
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, TypedDict, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

T = TypeVar("T")

CLOCK = process_time if os.environ.get("BENCHMARK_CLOCK") == "cpu" else perf_counter
AS_OF = "2025-12-30"  # day 729 from 2024-01-01
HORIZON = 39.0  # weeks
WEEKS_OF_A_MONTH = 4.345  # in lifetimes
#: Models that are fitted.
FITTED = ("BGNBD", "MBGNBD", "ParetoNBD", "GammaGamma")
PURCHASES = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
PARETO = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}


class Measured(TypedDict, total=False):
    """Seconds of every run, and numbers of the result that the other side must reach too."""

    seconds: list[float]
    check: list[float]
    memory: float
    median: float


def timed(run: Callable[[], T], repeats: int) -> tuple[list[float], T]:
    """Seconds of each run, and the last result."""
    seconds = []
    for _ in range(repeats):
        start = CLOCK()
        result = run()
        seconds.append(CLOCK() - start)
    return seconds, result


class Memory:
    """How far the process grows above where it stood, in bytes."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5")  # Linux: forget the earlier peak
            self.before = _status("VmRSS")
        except OSError:
            self.before = _highest()

    def growth(self) -> int:
        """Bytes between the start and the peak since then."""
        try:
            return max(_status("VmHWM") - self.before, 0)
        except OSError:
            return max(_highest() - self.before, 0)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def _highest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def facts(x: ArrayLike, t_x: ArrayLike, T: ArrayLike, money: ArrayLike) -> list[float]:
    """Totals of histories: customers, frequency, recency, age, mean amounts of repeat buyers."""
    repeat = np.asarray(x) > 0
    totals = [np.asarray(values).sum() for values in (x, t_x, T, np.asarray(money)[repeat])]
    return [float(len(repeat)), *map(float, totals)]


def command_line(measurements: dict[str, Callable[[Path, int], Measured]]) -> None:
    """Run the measurement named on the command line and print it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=measurements)
    parser.add_argument("--data", type=Path, default=Path())
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # lifetimes warns about pandas at every step
    found = measurements[chosen.name](chosen.data, chosen.repeats)
    json.dump(found | {"median": median(found["seconds"])}, sys.stdout)
