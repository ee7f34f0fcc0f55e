"""Make the grid of exact values of models of contracts that `tests/clv` reads.

source   the definitions of Fader and Hardie (2007, 2010) and of Fader, Hardie et al. (2018)
tool     mpmath 1.4.1, 60 and 120 digits
date     2026-11-24
command  python tests/reference/generate_contracts.py (about a minute)

Survival is a ratio of beta functions, taken at two precisions that must agree to 32 digits; with
c = 1 it must also be the product of retention rates. Residual lifetimes are summed term by term
until forgotten; with c = 1 the sum must be the hypergeometric function of the paper, by Gauss's
continued fraction. Without discounting the sum ends in Euler and Maclaurin's formula. Parameters
are taken as the binary floats that they are; 30 digits are written.

`stays` is the probability of t further renewals after x, `leaves` that of no further one at the
next, `running` and `ended` are log-likelihoods of x renewals, `residual` is the discounted residual
lifetime at the continuous rate `delta` per period (`ahead` renewals, null for ever).
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import mpmath as mp

TARGET = Path(__file__).with_name("contracts.json")
DIGITS = 30
AGREEMENT = mp.mpf(10) ** -32

SHAPES = (1e-4, 0.1, 1.0, 50.0, 1e5)
POWERS = (0.05, 0.5, 1.0, 1.6, 10.0)
TIMES = (1, 12, 365, 7305)
RENEWALS = (0, 1, 300, 10_000)
HIGH_END = (0.25933573, 1.72255149, 1.58436152)


def second_difference(z: mp.mpf, a: mp.mpf, b: mp.mpf) -> mp.mpf:
    return mp.loggamma(z) + mp.loggamma(z + a + b) - mp.loggamma(z + a) - mp.loggamma(z + b)


def decline(alpha: float, beta: float, c: float, x: int, t: int) -> mp.mpf:
    """-ln S(x + t)/S(x), the same at both precisions."""
    found = []
    for digits in (120, 60 if c <= 1.6 else 120):
        with mp.workdps(digits):
            a, b, k = map(mp.mpf, (alpha, beta, c))
            old, new = mp.mpf(x) ** k, mp.mpf(x + t) ** k
            found.append(second_difference(b + old, a, new - old))
    best, check = found
    assert abs(best - check) <= AGREEMENT * best, (alpha, beta, c, x, t)
    if c == 1:
        with mp.workdps(60):
            product = sum(mp.log1p(mp.mpf(alpha) / (mp.mpf(beta) + k)) for k in range(x, x + t))
        assert abs(best - product) <= AGREEMENT * best, (alpha, beta, x, t)
    return best


def probabilities() -> list[dict[str, object]]:
    rows = []
    every = itertools.product(SHAPES, SHAPES, POWERS)
    for place, (alpha, beta, c) in enumerate(every):
        for turn in (0, 1):
            t, x = TIMES[(place + turn) % 4], RENEWALS[(place // 4 + 2 * turn) % 4]
            ahead, one = decline(alpha, beta, c, x, t), decline(alpha, beta, c, x, 1)
            so_far = decline(alpha, beta, c, 0, x) if x else mp.mpf(0)
            ended = -so_far + mp.log(-mp.expm1(-one))
            values = {
                "stays": mp.exp(-ahead),
                "leaves": -mp.expm1(-one),
                "running": -so_far,
                "ended": ended,
            }
            written = {name: mp.nstr(value, DIGITS) for name, value in values.items()}
            rows.append({"alpha": alpha, "beta": beta, "c": c, "x": x, "t": t} | written)
    return rows


def residual(
    alpha: float, beta: float, c: float, x: int, delta: float, ahead: int | None
) -> mp.mpf:
    """The sum over j of exp(-delta (j - 1)) S(x + j)/S(x)."""
    a, b, k, d = map(mp.mpf, (alpha, beta, c, delta))
    old = mp.mpf(x) ** k
    bottom = mp.loggamma(b + old) - mp.loggamma(b + old + a)

    def term(j: mp.mpf) -> mp.mpf:
        y = (x + j) ** k
        return mp.exp(mp.loggamma(b + y) - mp.loggamma(b + y + a) - bottom - d * (j - 1))

    if ahead is not None:
        return mp.fsum(term(mp.mpf(j)) for j in range(1, ahead + 1))
    if delta == 0:
        return endless(term)
    total, last, j = mp.mpf(0), mp.mpf(1), 0
    while last > total * mp.mpf(10) ** -40 * d:
        j += 1
        last = term(mp.mpf(j))
        total += last
    if c == 1:
        closed = continued_fraction(a, b + x, mp.exp(-d))
        assert abs(total - closed) <= AGREEMENT * total, (alpha, beta, x, delta)
    return total


def endless(term: object) -> mp.mpf:
    """A sum without discounting: its first terms, an integral, and corrections."""
    first = 300
    total = mp.fsum(term(mp.mpf(j)) for j in range(1, first))
    total += mp.quad(term, [first * mp.mpf(4) ** i for i in range(60)] + [mp.inf])
    total += term(mp.mpf(first)) / 2
    slopes = mp.taylor(term, mp.mpf(first), 17)
    for k in range(1, 9):
        total -= mp.bernoulli(2 * k) / (2 * k) * slopes[2 * k - 1]
    return total


def continued_fraction(a: mp.mpf, b: mp.mpf, z: mp.mpf) -> mp.mpf:
    """b/(a + b) 2F1(1, b + 1; a + b + 1; z), equation (6) of the paper of 2010."""
    fraction, low, c = mp.mpf(1), b + 1, a + b
    for n in range(int(80 / mp.sqrt(1 - z)) + 200, 0, -1):
        m = n // 2
        top = (low + m) * (c + m) if n % 2 else m * (c - low + m)
        bottom = (c + 2 * m) * (c + 2 * m + 1) if n % 2 else (c + 2 * m - 1) * (c + 2 * m)
        fraction = 1 - top / bottom * z / fraction
    return b / (a + b) / fraction


def residuals() -> list[dict[str, object]]:
    year, month = float(mp.log(1.1)), float(mp.log(1.1) / 12)
    every = [
        *(((a, b, c), 0, year, None) for a in SHAPES for b in SHAPES for c in (1.0, 1.6)),
        *(((a, 1.0, c), 300, year, None) for a in SHAPES for c in POWERS),
        *((p, x, month, None) for p in ((3.8, 15.2, 1.0), HIGH_END) for x in (0, 24)),
        *(((0.067, 0.267, 1.0), x, year, None) for x in range(5)),
        *((HIGH_END, x, rate, n) for x in (0, 12) for rate in (0.0, year) for n in (1, 2, 12, 360)),
        *((p, 0, 0.0, 40) for p in ((1e5, 1e-4, 1.0), (1e-4, 1e5, 10.0), (1.0, 1.0, 0.05))),
        *((p, x, 0.0, None) for p in ((3.0, 2.0, 0.7), (3.0, 5.0, 1.0)) for x in (0, 5)),
    ]
    rows = []
    for (alpha, beta, c), x, delta, ahead in every:
        value = residual(alpha, beta, c, x, delta, ahead)
        keys = {"alpha": alpha, "beta": beta, "c": c, "x": x, "delta": delta, "ahead": ahead}
        rows.append(keys | {"residual": mp.nstr(value, DIGITS)})
    return rows


def main() -> None:
    mp.mp.dps = 50
    head = {
        "source": "ratios of beta functions and sums of them; see the script",
        "tool": f"mpmath {mp.__version__}, 50 to 120 digits",
        "date": "2026-11-24",
        "command": "python tests/reference/generate_contracts.py",
    }
    parts = {"probabilities": probabilities(), "residuals": residuals()}
    text = json.dumps(head, indent=1).rstrip("}\n")
    for name, rows in parts.items():
        text += f',\n "{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]"
    TARGET.write_text(text + "}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
