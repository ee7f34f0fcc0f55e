"""Make the grid of exact BG/NBD values that `tests/clv` reads.

source   the definitions of Fader, Hardie and Lee (2005), evaluated by `bgnbd_exact.py`
tool     mpmath 1.4.1, 50 digits
date     2026-11-22
command  python tests/reference/generate_bgnbd.py (about ten minutes)

The script stops unless a closed form and the integral over the population agree to 32 digits; 30
are written. Parameters and data are taken as the binary floats that they are, so the values belong
to exactly what a program reads from the file.

Functions are named as the methods of `retentionkit.clv.BGNBD`. `t` is a duration ahead (the time
since the first purchase for `expected_purchases` and `count_pmf`; null for an infinite horizon),
`delta` the continuous discount rate per unit of time.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import bgnbd_exact
import mpmath as mp
from bgnbd_exact import Row

TARGET = Path(__file__).with_name("bgnbd.json")
DIGITS = 30
ROUTE_AGREEMENT = mp.mpf(10) ** -32

CDNOW = (0.242594522, 4.413602019, 0.792922017, 2.425906776)
ROUNDED = (0.243, 4.414, 0.793, 2.426)
DAILY = (0.243, 30.9, 0.793, 2.426)
NEAR_ONE = tuple((0.243, 4.414, 1 + gap, 2.426) for gap in (-1e-5, -1e-9, 0.0, 1e-9, 1e-5))
BELOW_ONE = (0.243, 4.414, 0.3, 0.4)
SUM_ONE = (0.243, 4.414, 0.25, 0.75)
NEAR_SUM_ONE = (0.243, 4.414, 0.25, 0.75 + 1e-9)
POLE_AT_B = (0.8, 2.0, 1.5, 1.0)
LARGE_A = (0.7, 5.0, 1e4, 3e4)
MIDDLE_A = (0.7, 5.0, 60.0, 90.0)
TINY_A = (0.3, 8.0, 0.02, 3.0)
LARGE_R = (60.0, 900.0, 1.7, 3.1)
LARGE_B = (0.3, 8.0, 0.8, 1e6)

ONE_TIME = (0, 0.0, 272 / 7)
FIRST = (2, 213 / 7, 272 / 7)
PRINTED = (2, 30.43, 38.86)
BUSY = (26, 216 / 7, 31.0)
AT_THE_END = (3, 20.0, 20.0)
PARADOX = tuple((x, 20.0, 39.0) for x in (10, 15, 20, 25))
MANY = tuple((x, 599.5, 600.0) for x in (200, 800, 5000))
DAILY_MANY = (5000, 5990.0, 6000.0)
UNLIKELY = (300, 100.0, 390.0)

PAIRS = (
    *((CDNOW, customer) for customer in (ONE_TIME, FIRST, BUSY, AT_THE_END, *PARADOX, *MANY)),
    (ROUNDED, PRINTED),
    (DAILY, DAILY_MANY),
    (CDNOW, UNLIKELY),
    (NEAR_ONE[2], FIRST),
    (BELOW_ONE, ONE_TIME),
    (BELOW_ONE, FIRST),
    (SUM_ONE, ONE_TIME),
    (NEAR_SUM_ONE, ONE_TIME),
    (POLE_AT_B, ONE_TIME),
    (POLE_AT_B, FIRST),
    (LARGE_A, FIRST),
    (LARGE_A, MANY[0]),
    (MIDDLE_A, FIRST),
    (TINY_A, FIRST),
    (LARGE_R, FIRST),
    (LARGE_B, FIRST),
)


def grid() -> list[Row]:
    """All rows: each function where it is known to be hard."""
    at = [partial(Row, parameters=p, x=x, t_x=t_x, T=T) for p, (x, t_x, T) in PAIRS]
    rows = [row(function="log_likelihood") for row in at]
    rows += [row(function="probability_alive") for row in at]
    rows += [row(function="probability_alive", t=39.0) for row in at[:20:3] + at[20:]]
    rows += [row(function="probability_active", t=39.0) for row in at[::3]]
    rows += [row(function="conditional_expected_purchases", t=39.0) for row in at]
    rows += hard_expectations()
    rows += discounted()
    rows += counts()
    return rows


def hard_expectations() -> list[Row]:
    expected = partial(Row, "expected_purchases")
    later = partial(Row, "conditional_expected_purchases")
    customer = dict(zip(("x", "t_x", "T"), FIRST, strict=True))
    one_time = dict(zip(("x", "t_x", "T"), ONE_TIME, strict=True))
    every = (*NEAR_ONE, BELOW_ONE, SUM_ONE, NEAR_SUM_ONE, LARGE_A, MIDDLE_A, TINY_A, LARGE_R)
    return [
        *(expected(ROUNDED, t=t) for t in (1e-6, 1 / 7, 1.0, 3.0, 32.0, 78.0, 1e4, 1e6)),
        *(expected(CDNOW, t=t) for t in (6.0, 39.0, 52.0)),
        *(expected(p, t=39.0) for p in (*every, POLE_AT_B, LARGE_B)),
        *(expected(p, t=1e-6) for p in (NEAR_ONE[2], SUM_ONE, LARGE_A)),
        *(later(p, t=39.0, **customer) for p in NEAR_ONE),
        *(later(p, t=1e-6, **customer) for p in (CDNOW, *NEAR_ONE[1:4], LARGE_A)),
        *(later(p, t=1e5, **customer) for p in (CDNOW, NEAR_ONE[2], BELOW_ONE, TINY_A)),
        *(later(p, t=1e-6, **one_time) for p in (SUM_ONE, BELOW_ONE)),
        *(later(p, t=1e5, **one_time) for p in (SUM_ONE, BELOW_ONE)),
        *(later(CDNOW, x=x, t_x=20.0, T=39.0, t=52.0) for x in (10, 15, 20, 25)),
        later(CDNOW, x=26, t_x=216 / 7, T=31.0, t=52.0),
    ]


def discounted() -> list[Row]:
    value = partial(Row, "discounted_expected_purchases", delta=0.0027)
    pairs = ((CDNOW, ONE_TIME), (CDNOW, FIRST), (CDNOW, BUSY), (CDNOW, MANY[0]), (CDNOW, MANY[2]))
    hard = ((NEAR_ONE[2], FIRST), (BELOW_ONE, ONE_TIME), (SUM_ONE, ONE_TIME), (TINY_A, FIRST))
    large = ((LARGE_A, FIRST), (LARGE_R, FIRST))
    rows = []
    for p, (x, t_x, T) in (*pairs, *hard, *large):
        rows += [value(p, x, t_x, T, t=t) for t in (None, 52.0)]
    x, t_x, T = FIRST
    rows.append(value(MIDDLE_A, x, t_x, T))
    rows += [value(CDNOW, x, t_x, T, t=t) for t in (1e-3, 520.0, 1e4)]
    rows += [value(CDNOW, x, t_x, T, delta=d) for d in (1e-5, 0.013)]
    return rows


def counts() -> list[Row]:
    pmf = partial(Row, "count_pmf")
    later = partial(Row, "conditional_count_pmf", t=39.0)
    x, t_x, T = FIRST
    return [
        pmf(ROUNDED, t=2.0, n=10),
        pmf(ROUNDED, t=39.0, n=0),
        *(pmf(ROUNDED, t=30.0, n=n) for n in (1, 11, 12, 15, 20, 200)),
        *(pmf(p, t=39.0, n=n) for p in (SUM_ONE, NEAR_ONE[2], LARGE_A, LARGE_R) for n in (1, 5)),
        *(later(CDNOW, x, t_x, T, n=n) for n in (0, 1, 2, 5, 20, 100)),
        *(later(p, *ONE_TIME, n=n) for p in (CDNOW, SUM_ONE) for n in (0, 1, 3)),
        *(later(CDNOW, *BUSY, n=n) for n in (0, 25, 60)),
    ]


def solve(row: Row) -> dict[str, object]:
    """The row with its value, once both routes agree."""
    closed, integrated = getattr(bgnbd_exact, row.function)(row)
    gap = abs(closed - integrated) / abs(closed)
    assert gap <= ROUTE_AGREEMENT, (row, mp.nstr(closed, 40), mp.nstr(integrated, 40))
    names = dict(zip(("r", "alpha", "a", "b"), row.parameters, strict=True))
    return asdict(row) | {"parameters": names, "value": mp.nstr(closed, DIGITS)}


def main() -> None:
    head = {
        "source": "the definitions of Fader, Hardie and Lee (2005): closed form and integral agree",
        "tool": f"mpmath {mp.__version__}, {mp.mp.dps} digits",
        "date": "2026-11-22",
        "command": "python tests/reference/generate_bgnbd.py",
    }
    lines = ",\n".join(json.dumps(solve(row)) for row in grid())
    text = json.dumps(head, indent=1).rstrip("}\n") + f',\n "rows": [\n{lines}\n]}}\n'
    TARGET.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
