"""Generate `pareto_nbd.json`: Pareto/NBD at 50 digits, over the whole range of its parameters.

Source: `pareto_nbd_exact.py`, two routes for each value that must agree to 1e-25
Tool: mpmath 1.4
Command: .venv/bin/python tests/reference/generate_pareto_nbd.py
"""

from __future__ import annotations

import json
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import mpmath as mp
import pareto_nbd_exact
from pareto_nbd_exact import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).with_name("pareto_nbd.json")
ROUTE_AGREEMENT = mp.mpf(10) ** -25
DIGITS = 25
WORKERS = 4

CDNOW = (0.553277047, 10.577683466, 0.606239987, 11.668735234)
MANUAL = (0.5629966, 12.5590370, 0.4081095, 10.5148048)
LARGE_X = (0.5143, 2.8845, 0.2856, 14.1087)
OVERFLOW = (10.465, 0.00798565181, 3.0516, 2.820)
#: alpha = beta, s = 1, and both.
SPECIAL = ((0.8, 5.0, 0.6, 5.0), (0.8, 5.0, 1.0, 9.0), (2.0, 7.0, 1.0, 7.0), (1, 3, 1 + 1e-9, 4))
#: The ends of each parameter's range, the others as in CDNOW.
ENDS = tuple(
    tuple(end if i == j else value for j, value in enumerate(CDNOW))
    for i, low, high in ((0, 1e-4, 1e5), (1, 1e-4, 1e6), (2, 1e-4, 1e5), (3, 1e-4, 1e6))
    for end in (low, high)
)
CORNERS = (
    (1e-4, 1e-4, 1e-4, 1e-4),
    (1e5, 1e6, 1e5, 1e6),
    (1e-4, 1e6, 1e5, 1e-4),
    (1e5, 1e-4, 1e-4, 1e6),
    (1e5, 1e6, 1e-4, 1e-4),
    (1e-4, 1e-4, 1e5, 1e6),
)
FIRST, ONE_TIME, BUSY = (2, 213 / 7, 272 / 7), (0, 0.0, 272 / 7), (26, 216 / 7, 31.0)
JUST_NOW, LONG, MANY = (3, 20.0, 20.0), (1, 1e-3, 7305.0), (10_000, 7000.0, 7305.0)
SILENT = (0, 0.0, 7305.0)
HISTORIES = (FIRST, ONE_TIME, BUSY, JUST_NOW, LONG, MANY, SILENT)


def random_models(count: int, seed: int) -> list[tuple[float, float, float, float]]:
    """Parameters over their ranges, in equal shares of the logarithm."""
    rng = random.Random(seed)  # noqa: S311 - a sample of parameters
    ranges = ((-4, 5), (-4, 6), (-4, 5), (-4, 6))
    return [tuple(10 ** rng.uniform(*ends) for ends in ranges) for _ in range(count)]


def histories(count: int, seed: int) -> list[tuple[int, float, float]]:
    rng = random.Random(seed)  # noqa: S311 - a sample of parameters
    found = []
    for _ in range(count):
        T = 10 ** rng.uniform(-1, 3.86)
        x = int(10 ** rng.uniform(0, 4)) if rng.random() < 0.8 else 0
        found.append((x, T * (1 - 10 ** rng.uniform(-4, -0.01)) if x else 0.0, T))
    return found


MODELS = (*SPECIAL, *ENDS, *CORNERS)
RANDOM = list(zip(random_models(20, 1), histories(20, 2), strict=True))


def grid() -> list[Row]:
    return [*likelihoods(), *ahead(), *discounted(), *counts(), *rates()]


def customers() -> Iterator[tuple[tuple[float, ...], tuple[int, float, float]]]:
    yield from ((CDNOW, history) for history in HISTORIES)
    yield from ((p, HISTORIES[(3 * i) % 7]) for i, p in enumerate(MODELS))
    yield from ((p, HISTORIES[(3 * i + 5) % 7]) for i, p in enumerate(MODELS))
    yield from RANDOM


def likelihoods() -> list[Row]:
    times = ((221, 103.42857, 103.57143), (254, 97.14286, 97.28571), (161, 94.71429, 98.0))
    known = [(LARGE_X, h) for h in (*times, (204, 98.57143, 99.42857))]
    known += [(OVERFLOW, h) for h in ((400, 5.0, 6.0), (500, 1.0, 37.0), (500, 4.0, 37.0))]
    rows = []
    for p, (x, t_x, T) in (*known, *customers()):
        rows += [Row(name, p, x, t_x, T) for name in ("log_likelihood", "probability_alive")]
    return rows


def ahead() -> list[Row]:
    new = partial(Row, "expected_purchases")
    rows = [new(CDNOW, t=t) for t in (1e-9, 1e-3, 1.0, 3.0, 6.0, 39.0, 52.0, 78.0, 1e3, 1e5)]
    rows += [new(p, t=t) for p in MODELS for t in (1e-9, 39.0, 1e5)]
    names = ("conditional_expected_purchases", "probability_active", "probability_alive")
    spans = (1e-9, 39.0, 1e5)
    for i, (p, (x, t_x, T)) in enumerate(customers()):
        rows.append(Row(names[i % 3], p, x, t_x, T, t=spans[i // 3 % 3]))
    ends = (1e-9, 39.0, 1e5, 52.0)
    for name in names:
        rows += [Row(name, CDNOW, *FIRST, t=t) for t in spans]
        rows += [Row(name, p, *FIRST, t=t) for p, t in zip(SPECIAL, ends, strict=True)]
    return rows


def discounted() -> list[Row]:
    value = partial(Row, "discounted_expected_purchases", delta=0.0027)
    rows = [value(MANUAL, x, 30.0, 77.86) for x in range(1, 11)]
    rows += [value(MANUAL, 7, 35.0, 77.86), value(CDNOW, *BUSY), value(CDNOW, *FIRST, t=52.0)]
    spans = (None, 52.0, 1e5, 1e-3)
    for i, (p, (x, t_x, T)) in enumerate(customers()):
        if i % 2:
            rows.append(value(p, x, t_x, T, t=spans[i // 2 % 4], delta=(0.0027, 1e-5, 0.02)[i % 3]))
    return rows


def counts() -> list[Row]:
    pmf, later = partial(Row, "count_pmf"), partial(Row, "conditional_count_pmf")
    published = (0.55, 10.56, 0.61, 11.64)
    rows = [pmf(published, t=2.0, n=10), pmf(published, t=39.0, n=0)]
    rows += [pmf(published, t=30.0, n=n) for n in (11, 12, 13)]
    rows += [pmf(p, t=t, n=n) for p in MODELS for t, n in ((39.0, 0), (39.0, 4))]
    rows += [pmf(CDNOW, t=t, n=n) for t, n in ((1e-9, 1), (1e5, 3), (1e5, 1000), (39.0, 200))]
    for i, (p, (x, t_x, T)) in enumerate(customers()):
        if i % 3 == 0:
            rows.append(later(p, x, t_x, T, n=(0, 1, 5, 40)[i // 3 % 4], t=(39.0, 1e4)[i % 2]))
    return rows


def rates() -> list[Row]:
    """The norm stands in the column of the discount rate."""
    exceeds = partial(Row, "rate_exceeds")
    pairs = ((CDNOW, FIRST), (CDNOW, ONE_TIME), (SPECIAL[2], FIRST), (MANUAL, (7, 35.0, 77.86)))
    norms = (0.05, 0.5, 0.05, 0.5)
    return [exceeds(p, *h, delta=norm) for (p, h), norm in zip(pairs, norms, strict=True)]


def solve(row: Row) -> dict[str, object]:
    """The row with its value, once both routes agree."""
    one, other = getattr(pareto_nbd_exact, row.function)(row)
    if abs(one) < mp.mpf(10) ** -320:  # nothing in double precision
        one = other = mp.mpf(0)
    else:
        gap = abs(one - other) / max(abs(one), mp.mpf(1) if "log" in row.function else abs(one))
        assert gap <= ROUTE_AGREEMENT, (row, mp.nstr(one, 40), mp.nstr(other, 40))
    names = dict(zip(("r", "alpha", "s", "beta"), row.parameters, strict=True))
    return asdict(row) | {"parameters": names, "value": mp.nstr(one, DIGITS)}


def main() -> None:
    head = {
        "source": "the definitions of Schmittlein, Morrison and Colombo (1987): two routes agree",
        "tool": f"mpmath {mp.__version__}, {mp.mp.dps} digits",
        "date": "2026-11-24",
        "command": "python tests/reference/generate_pareto_nbd.py",
    }
    rows = grid()
    # Rows of one customer share her odds of having left.
    rows.sort(key=lambda row: (row.parameters, row.x or 0, row.t_x or 0.0, row.T or 0.0))
    with ProcessPoolExecutor(WORKERS) as pool:
        solved = list(pool.map(solve, rows, chunksize=6))
    solved.sort(key=lambda row: str(row["function"]))
    lines = ",\n".join(map(json.dumps, solved))
    text = json.dumps(head, indent=1).rstrip("}\n") + f',\n "rows": [\n{lines}\n]}}\n'
    TARGET.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
