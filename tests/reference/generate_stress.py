"""Make the stress grid of BG/NBD, MBG/NBD, NBD and Gamma-Gamma that `tests/clv` reads.

source   the definitions of the models, evaluated by `stress_exact.py`
tool     mpmath 1.4.1, 50 digits, 38 in averages (faster with gmpy2, with the same values)
date     2026-11-24
command  python tests/reference/generate_stress.py (about three minutes)

Corners of the parameter space and of the data, and seeded random points in between: x up to
10,000, T up to 20 years in days, r, a, b from 1e-4 to 1e5, alpha from 1e-4 to 1e6, t from 1e-9 to
1e5, delta from 1e-6 to 1; p, q, v over the decades of r, mean spend from 0.01 to a million. All
numbers are the binary floats that they are; values have 18 digits, below 1e-290 they are 0.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import astuple, fields
from multiprocessing import Pool
from pathlib import Path

import mpmath as mp
import stress_exact
from stress_exact import Row

TARGET = Path(__file__).with_name("stress.json")
VALUE_DIGITS = 18
SMALLEST = mp.mpf(10) ** -290
LONGEST = 7305.0  # twenty years in days

#: (r, alpha, a, b): CDNOW, the poles a = 1 and a + b = 1, their neighbours, and the far corners.
SHAPES = (
    (0.243, 4.414, 0.793, 2.426),
    (0.243, 4.414, 1.0, 2.426),
    (0.243, 4.414, 1.0 - 1e-9, 2.426),
    (0.243, 4.414, 0.25, 0.75),
    (0.243, 4.414, 0.25, 0.75 + 1e-10),
    (1e-4, 1e-4, 1e-4, 1e-4),
    (1e-4, 1e6, 1e-4, 1e5),
    (1e5, 1e6, 1e5, 1e5),
    (1e5, 1e6, 1e5, 1e-4),
    (1e5, 1e6, 1.0, 1e-4),
    (1.0, 1e-4, 1e-4, 1e5),
    (1.0, 1e-4, 1e5, 1e-4),
    (50.0, 100.0, 1e-4, 0.3),
    (0.5, 30.0, 300.0, 1e4),
)
#: (x, t_x, T): one-time buyers, the last purchase now or long ago, and very busy customers.
HISTORIES = (
    (0, 0.0, 1e-3),
    (0, 0.0, LONGEST),
    (1, 39.0, 39.0),
    (2, 30.43, 38.86),
    (300, 0.5 * LONGEST, LONGEST),
    (10_000, LONGEST - 1, LONGEST),
    (10_000, LONGEST, LONGEST),
)
TIMES = (1e-9, 1.0, 365.25, 1e5)
DRAWS = 16


def grid() -> list[Row]:
    rng = random.Random(20261124)  # noqa: S311 - a grid, not a secret
    rows = [row for model in ("BGNBD", "MBGNBD") for row in corners(model, rng)]
    rows += [row for model in ("BGNBD", "MBGNBD", "NBD") for row in scattered(model, rng)]
    return rows + spending(rng)


def corners(model: str, rng: random.Random) -> list[Row]:
    """Each corner of the shapes with a history, a time and a count that change along."""
    rows = []
    for i, shape in enumerate(SHAPES):
        for j in range(2):
            x, t_x, T = HISTORIES[(i + 3 * j + (model == "MBGNBD")) % len(HISTORIES)]
            t = TIMES[(i + j) % len(TIMES)]
            rows += questions(model, shape, (x, t_x, T), t, rng, discounted=j == 0 and i % 2 == 0)
    return rows


def scattered(model: str, rng: random.Random) -> list[Row]:
    rows = []
    for i in range(DRAWS):
        shape = (decades(rng, 1e-4, 1e5), decades(rng, 1e-4, 1e6))
        if model != "NBD":
            shape += (decades(rng, 1e-4, 1e5), decades(rng, 1e-4, 1e5))
        x = 0 if i % 3 == 0 else int(decades(rng, 1, 10_000))
        T = decades(rng, 0.1, LONGEST)
        t_x = 0.0 if x == 0 else T * rng.random() ** rng.choice((0.02, 0.2, 1.0))
        t = decades(rng, 1e-9, 1e5) if i % 2 else decades(rng, 0.1, 1e3)
        rows += questions(model, shape, (x, t_x, T), t, rng, discounted=i % 4 == 0)
    return rows


def questions(
    model: str,
    shape: tuple[float, ...],
    history: tuple[int, float, float],
    t: float,
    rng: random.Random,
    *,
    discounted: bool,
) -> list[Row]:
    """All functions of a model for one customer."""
    x, t_x, T = history
    known = {"x": x, "t_x": t_x, "T": T}
    mean, rate = (shape[0] + x) * t / (shape[1] + T), (shape[0] + x) / (shape[1] + T)
    n = rng.choice((0, 1, int(min(mean, 3000)), int(min(mean * decades(rng, 0.3, 3), 3000))))
    norm = rate * decades(rng, 0.5, 2)
    rows = [
        Row(model, "log_likelihood", shape, **known),
        Row(model, "probability_alive", shape, **known, t=0.0),
        Row(model, "probability_alive", shape, **known, t=t),
        Row(model, "probability_active", shape, **known, t=t),
        Row(model, "conditional_expected_purchases", shape, **known, t=t),
        Row(model, "conditional_count_pmf", shape, **known, t=t, n=n),
        Row(model, "conditional_count_pmf", shape, **known, t=t, n=0),
        Row(model, "rate_exceeds", shape, **known, norm=norm),
    ]
    if model != "MBGNBD":  # there a new customer may have left already, another definition
        rows += [
            Row(model, "expected_purchases", shape, t=t),
            Row(model, "count_pmf", shape, t=t, n=min(n, 200)),
        ]
    if discounted:
        delta, horizon = decades(rng, 1e-6, 1), rng.choice((None, max(t, 1e-3)))
        name = "discounted_expected_purchases"
        rows.append(Row(model, name, shape, **known, t=horizon, delta=delta))
    return rows


def spending(rng: random.Random) -> list[Row]:
    shapes = [
        (p, q, v)
        for p in (1e-4, 1.0, 1e5)
        for q in (1e-4, 1.0, 1.0 + 1e-9, 1e5)
        for v in (1e-4, 1e5)
    ]
    shapes += [tuple(decades(rng, 1e-4, 1e5) for _ in range(3)) for _ in range(40)]
    rows = []
    for i, shape in enumerate(shapes):
        x, money = (1, 2, int(decades(rng, 1, 10_000)), 10_000)[i % 4], decades(rng, 1e-2, 1e6)
        rows += [
            Row("GammaGamma", f, shape, x=x, money=money)
            for f in ("log_likelihood", "expected_spend")
        ]
        rows.append(Row("GammaGamma", "expected_spend", shape))
    return rows


def decades(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def solve(row: Row) -> str:
    """One line of the table."""
    found = getattr(stress_exact, row.function)(row)
    value, terms = found if isinstance(found, tuple) else (found, mp.mpf(0))
    text = "0.0" if abs(value) < SMALLEST else mp.nstr(value, VALUE_DIGITS)
    return json.dumps([*astuple(row), text, mp.nstr(terms, VALUE_DIGITS)])


def main() -> None:
    head = {
        "source": "definitions of BG/NBD, MBG/NBD, NBD and Gamma-Gamma",
        "tool": f"mpmath {mp.__version__}, {mp.mp.dps} digits",
        "date": "2026-11-24",
        "command": "python tests/reference/generate_stress.py",
        "columns": [*(field.name for field in fields(Row)), "value", "terms"],
    }
    with Pool(3) as pool:
        lines = ",\n".join(pool.map(solve, grid(), chunksize=4))
    text = json.dumps(head, indent=1).rstrip("}\n") + f',\n "rows": [\n{lines}\n]}}\n'
    TARGET.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
