"""Make the grid of exact BG/BB values that `tests/clv` reads.

source   the definitions of Fader, Hardie and Shang (2010), sums and products as they stand
tool     mpmath 1.4.1, 50 digits
date     2026-11-24
command  python tests/reference/generate_bgbb.py (about five minutes)

Each probability of an ending is the one before it times a ratio of four numbers, which loses no
digit in 50; the last one is checked against Beta functions. Discounting for ever is Gauss's
continued fraction, cut off where twice as many terms change nothing. Parameters are taken as the
binary floats that they are.

Functions are named as the methods of `retentionkit.clv.BGBB`. A row holds the function, the
parameters, (x, t_x, n) or null for a new customer, the opportunities ahead (null for ever), and
a last number: the count of a pmf, the continuous discount rate, or the norm.
"""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import mpmath as mp

if TYPE_CHECKING:
    from collections.abc import Iterator

mp.mp.dps = 50
TARGET = Path(__file__).with_name("bgbb.json")
DIGITS = 20
AGREEMENT = mp.mpf(10) ** -40

DONATIONS = (1.203522351, 0.749716358, 0.656718209, 2.783442235)
ONE = (0.5, 1.5, 1.0, 10.0)
NEAR_ONE = tuple((0.5, 1.5, 1 + gap, 10.0) for gap in (-1e-5, 1e-9))
SMALL, LARGE = (1e-4,) * 4, (1e5,) * 4
CORNERS = (
    (1e-4, 1e5, 1e-4, 1e5),
    (1e5, 1e-4, 1e-4, 1e5),
    (1e5, 1e-4, 1e5, 1e-4),
    (0.3, 0.9, 5e4, 1e5),
    (60.0, 900.0, 0.7, 3000.0),
    (3e4, 7e4, 1e-4, 1e-4),
)
PARAMETERS = (DONATIONS, ONE, *NEAR_ONE, SMALL, LARGE, *CORNERS)
SHORT = ((0, 0, 0), (0, 0, 6), (3, 4, 6), (6, 6, 6), (1, 6, 6), (1, 1, 6))
LONG = (
    (300, 600, 1000),
    (0, 0, 10_000),
    (1, 1, 10_000),
    (1, 10_000, 10_000),
    (5_000, 5_000, 10_000),
    (5_000, 9_999, 10_000),
    (9_000, 9_500, 10_000),
    (10_000, 10_000, 10_000),
)


class Row(NamedTuple):
    """One value to compute."""

    function: str
    parameters: tuple[float, ...]
    history: tuple[int, int, int] | None
    t: int | None = None
    number: float | None = None


@cache
def endings(
    parameters: tuple[float, ...], history: tuple[int, int, int]
) -> list[tuple[int, mp.mpf]]:
    """Each possible last opportunity m alive, and its probability with that of the history."""
    a, b, c, d = map(mp.mpf, parameters)
    x, t_x, n = history
    bought = mp.beta(a + x, b + t_x - x) / mp.beta(a, b)
    stayed = mp.beta(c, d + t_x) / mp.beta(c, d)
    found = []
    for m in range(t_x, n):
        found.append((m, bought * stayed * c / (c + d + m)))
        bought *= (b + m - x) / (a + b + m)
        stayed *= (d + m) / (c + d + m)
    direct = mp.beta(a + x, b + n - x) / mp.beta(a, b) * mp.beta(c, d + n) / mp.beta(c, d)
    assert abs(bought * stayed / direct - 1) < AGREEMENT
    return [*found, (n, bought * stayed)]


def ahead(row: Row) -> tuple[mp.mpf, mp.mpf, mp.mpf, mp.mpf, mp.mpf]:
    """Probability of being alive, and the parameters of those who are."""
    a, b, c, d = map(mp.mpf, row.parameters)
    if row.history is None:
        return mp.mpf(1), a, b, c, d
    found = endings(row.parameters, row.history)
    x, _, n = row.history
    return found[-1][1] / mp.fsum(w for _, w in found), a + x, b + n - x, c, d + n


def log_likelihood(row: Row) -> mp.mpf:
    return mp.log(mp.fsum(w for _, w in endings(row.parameters, row.history)))


def probability_alive(row: Row) -> mp.mpf:
    alive, _, _, c, d = ahead(row)
    return alive * mp.beta(c, d + row.t) / mp.beta(c, d)


def survivals(c: mp.mpf, d: mp.mpf, t: int) -> Iterator[mp.mpf]:
    """Probability of being alive at the next 1, 2, ..., t opportunities."""
    stays = mp.mpf(1)
    for k in range(t):
        stays *= (d + k) / (c + d + k)
        yield stays


def conditional_expected_purchases(row: Row) -> mp.mpf:
    alive, a, b, c, d = ahead(row)
    return alive * a / (a + b) * mp.fsum(survivals(c, d, row.t))


def expected_purchases(row: Row) -> mp.mpf:
    return conditional_expected_purchases(row)


def gauss(b: mp.mpf, c: mp.mpf, z: mp.mpf) -> mp.mpf:
    """The hypergeometric function 2F1(1, b; c; z) for 0 < z < 1."""
    depth, before = 64, mp.mpf(0)
    while True:
        tail = mp.mpf(1)
        for k in range(depth, -1, -1):
            even = (k + 1) * (c - b + k) / ((c + 2 * k) * (c + 2 * k + 1))
            odd = (b + k) * (c + k - 1) / ((c + 2 * k - 1) * (c + 2 * k))
            tail = 1 - odd * z / (1 - even * z / tail)
        if abs(1 / tail - before) * 10**25 < before:
            return 1 / tail
        depth, before = 2 * depth, 1 / tail


def discounted_expected_purchases(row: Row) -> mp.mpf:
    alive, a, b, c, d = ahead(row)
    v = mp.exp(-mp.mpf(row.number))
    if row.t is None:
        total = v * d / (c + d) * gauss(d + 1, c + d + 1, v)
    else:
        total = mp.fsum(s * v ** (k + 1) for k, s in enumerate(survivals(c, d, row.t)))
    return alive * a / (a + b) * total


def of_alive(row: Row, k: int) -> mp.mpf:
    """Probability that somebody alive makes k purchases at the next t opportunities."""
    _, a, b, c, d = ahead(row)
    if k > row.t:
        return mp.mpf(0)
    term = mp.beta(a + k, b) / mp.beta(a, b) * mp.beta(c, d + k) / mp.beta(c, d)
    total = mp.mpf(0)
    for i in range(k, row.t):
        total += term * c / (c + d + i)
        term *= mp.mpf(i + 1) / (i + 1 - k) * (b + i - k) / (a + b + i) * (d + i) / (c + d + i)
    return total + term


def conditional_count_pmf(row: Row) -> mp.mpf:
    alive, k = ahead(row)[0], int(row.number)
    return alive * of_alive(row, k) + (1 - alive if k == 0 else 0)


def count_pmf(row: Row) -> mp.mpf:
    return conditional_count_pmf(row)


def probability_active(row: Row) -> mp.mpf:
    return ahead(row)[0] * (1 - of_alive(row, 0))


def rate_exceeds(row: Row) -> mp.mpf:
    a, b, _, _ = map(mp.mpf, row.parameters)
    x, norm, found = row.history[0], mp.mpf(row.number), endings(row.parameters, row.history)
    above = (w * mp.betainc(b + m - x, a + x, 0, 1 - norm, regularized=True) for m, w in found)
    return mp.fsum(above) / mp.fsum(w for _, w in found)


def discounted() -> Iterator[Row]:
    for p, h in itertools.product(PARAMETERS, (None, SHORT[2], LONG[5])):
        for t, delta in ((None, 0.0953), (None, 2.6e-4), (5, 0.0953), (2000, 1e-3)):
            yield Row("discounted_expected_purchases", p, h, t, delta)
    for p in PARAMETERS:
        yield Row("discounted_expected_purchases", p, None, None, 1e-6)


def grid() -> Iterator[Row]:
    for p, h in itertools.product(PARAMETERS, (*SHORT, *LONG)):
        yield Row("log_likelihood", p, h)
        yield Row("probability_alive", p, h, 0)
    for p, h in itertools.product(PARAMETERS, (SHORT[2], SHORT[3], LONG[0], LONG[5])):
        for t in (1, 5, 10_000):
            yield Row("probability_alive", p, h, t)
            yield Row("conditional_expected_purchases", p, h, t)
            yield Row("probability_active", p, h, t)
    for p, t in itertools.product(PARAMETERS, (1, 2, 11, 10_000)):
        yield Row("expected_purchases", p, None, t)
    yield from discounted()
    for p, (t, k) in itertools.product(PARAMETERS, ((6, 0), (6, 3), (6, 6), (6, 7), (1000, 400))):
        yield Row("count_pmf", p, None, t, k)
        yield Row("conditional_count_pmf", p, SHORT[2], t, k)
        yield Row("conditional_count_pmf", p, LONG[0], t, k)
    # mpmath finds no incomplete beta function of parameters near 1e5.
    some = [p for p in PARAMETERS if max(p[:2]) < 1e4]
    for p, h in itertools.product(some, (SHORT[1], SHORT[2], SHORT[3])):
        for norm in (0.01, 0.5, 0.99):
            yield Row("rate_exceeds", p, h, None, norm)


def main() -> None:
    head = {
        "source": "the definitions of Fader, Hardie and Shang (2010), sums as they stand",
        "tool": f"mpmath {mp.__version__}, {mp.mp.dps} digits",
        "date": "2026-11-24",
        "command": "python tests/reference/generate_bgbb.py",
    }
    rows = ([*row, mp.nstr(globals()[row.function](row), DIGITS)] for row in grid())
    lines = ",\n".join(json.dumps(row) for row in rows)
    text = json.dumps(head, indent=1).rstrip("}\n") + f',\n "rows": [\n{lines}\n]}}\n'
    TARGET.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
