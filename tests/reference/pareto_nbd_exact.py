r"""Pareto/NBD quantities in 50-digit arithmetic, each by two routes.

Where there is a closed form (hypergeometric for the likelihood, elementary for the expectation,
Tricomi's U for the discounted one), it is one of the routes. The other, and both where mpmath's
hypergeometric functions give up, are integrals over the time of dropout or of the purchase: by the
trapezoidal rule over the whole line in a logit variable, and by Gauss-Legendre quadrature over
geometric panels of time.

Functions are named as the methods of `retentionkit.clv.ParetoNBD` and return both routes' values.
Equations are those of Schmittlein, Morrison and Colombo (1987) and of Fader and Hardie (2005), A
Note on Deriving the Pareto/NBD Model and Related Expressions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import mpmath as mp

if TYPE_CHECKING:
    from collections.abc import Callable

mp.mp.dps = 50
STEP_AGREEMENT = mp.mpf(10) ** -34
NEGLIGIBLE = mp.mpf(10) ** -46
#: Parameters up to which mpmath's 2F1 is quick and right.
MODERATE = 300


@dataclass(frozen=True)
class Row:
    """One value to compute."""

    function: str
    parameters: tuple[float, float, float, float]
    x: int | None = None
    t_x: float | None = None
    T: float | None = None
    t: float | None = None
    n: int | None = None
    delta: float | None = None


@dataclass(frozen=True)
class State:
    """A customer in exact arithmetic."""

    r: mp.mpf
    alpha: mp.mpf
    s: mp.mpf
    beta: mp.mpf
    x: int
    t_x: mp.mpf
    T: mp.mpf

    @classmethod
    def of(cls, row: Row) -> State:
        numbers = (*row.parameters, row.t_x or 0.0, row.T or 0.0)
        r, alpha, s, beta, t_x, T = map(mp.mpf, numbers)
        return cls(r, alpha, s, beta, row.x or 0, t_x, T)

    @property
    def R(self) -> mp.mpf:  # noqa: N802 - a symbol of the papers
        return self.r + self.x

    @property
    def A(self) -> mp.mpf:  # noqa: N802 - a symbol of the papers
        return self.alpha + self.T

    @property
    def B(self) -> mp.mpf:  # noqa: N802 - a symbol of the papers
        return self.beta + self.T


# Integration ---------------------------------------------------------------------------------


def by_logit(f: Callable[[mp.mpf], mp.mpf], D: mp.mpf, scale: mp.mpf) -> mp.mpf:
    """The integral of f over (0, D) by equal steps in ln(y / (D - y)); f varies on the scale."""
    centre, h = mp.log(min(scale / D, mp.mpf(1))), mp.mpf("0.5")

    def g(z: mp.mpf) -> mp.mpf:
        share, rest = 1 / (1 + mp.exp(-z)), 1 / (1 + mp.exp(z))
        return D * share * rest * f(D * share)

    total = g(centre) + walk(g, centre, h, h) + walk(g, centre, -h, -h)
    while True:
        odd = walk(g, centre, h / 2, h) + walk(g, centre, -h / 2, -h)
        if abs(odd - total) <= STEP_AGREEMENT * abs(total):
            return (total + odd) * h / 2
        # The sum over the finer grid is total + odd, with half the step.
        total, h = total + odd, h / 2


def walk(g: Callable[[mp.mpf], mp.mpf], centre: mp.mpf, offset: mp.mpf, step: mp.mpf) -> mp.mpf:
    """The sum of g at centre + offset, + step, + step, ... until five terms are negligible."""
    total, small, z = mp.mpf(0), 0, centre + offset
    while small < 5:
        term = g(z)
        total += term
        small = small + 1 if abs(term) <= NEGLIGIBLE * abs(total) else 0
        z += step
    return total


def by_panels(f: Callable[[mp.mpf], mp.mpf], D: mp.mpf, scale: mp.mpf) -> mp.mpf:
    """The same by Gauss-Legendre quadrature over panels that double, beginning below the scale."""
    edges = [mp.mpf(0)]
    edge = scale / 2**10
    while edge < D:
        edges.append(edge)
        edge *= 2
    edges.append(D)
    # mpmath stops at an absolute error, so every panel is brought to a size of one.
    size = max(f(edge) for edge in edges[1:])
    total = mp.mpf(0)
    for low, high in pairwise(edges):
        width = high - low
        piece = width * panel(f, low, width, size)
        total += piece
        if low > scale and abs(piece) < mp.mpf(10) ** -60 * abs(total):
            break
    return size * total


def panel(f: Callable[[mp.mpf], mp.mpf], low: mp.mpf, width: mp.mpf, size: mp.mpf) -> mp.mpf:
    return mp.quad(lambda z: f(low + width * z) / size, [0, 1], method="gauss-legendre")


def both(f: Callable[[mp.mpf], mp.mpf], D: mp.mpf, scale: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """The integral by both rules."""
    if D == 0:
        return mp.mpf(0), mp.mpf(0)
    return by_logit(f, D, scale), by_panels(f, D, scale)


# Likelihood and P(alive) ---------------------------------------------------------------------


@cache
def odds(c: State) -> tuple[mp.mpf, mp.mpf]:
    """The odds of having left: the integral over the time of dropout, and its closed form."""
    a, b = c.alpha + c.t_x, c.beta + c.t_x
    front = c.s * (c.A / a) ** c.R * (c.B / b) ** c.s / b

    def density(y: mp.mpf) -> mp.mpf:
        return (1 + y / a) ** -c.R * (1 + y / b) ** -(c.s + 1)

    scale = 1 / (c.R / a + (c.s + 1) / b)
    D = c.T - c.t_x
    if c.R + c.s < MODERATE and 1 < max(a / b, b / a) < 100:
        return front * by_logit(density, D, scale) if D else mp.mpf(0), closed_odds(c)
    one, other = both(density, D, scale)
    return front * one, front * other


def closed_odds(c: State) -> mp.mpf:
    """The hypergeometric form of the papers: equations (18) to (20) of the note."""
    with mp.workdps(120):
        total, far = c.R + c.s, max(c.alpha, c.beta)
        second = c.s + 1 if c.alpha >= c.beta else c.R

        def term(t: mp.mpf) -> mp.mpf:
            z = abs(c.alpha - c.beta) / (far + t)
            return mp.hyp2f1(total, second, total + 1, z) / (far + t) ** total

        value = c.s / total * (term(c.t_x) - term(c.T)) * c.A**c.R * c.B**c.s
    return +value


def alive_now(c: State) -> tuple[mp.mpf, mp.mpf]:
    one, other = odds(c)
    return 1 / (1 + one), 1 / (1 + other)


def log_likelihood(row: Row) -> tuple[mp.mpf, mp.mpf]:
    """Equation (18) of the note: alive up to T, or gone before."""
    c = State.of(row)
    ways = mp.loggamma(c.R) - mp.loggamma(c.r) if c.x else mp.mpf(0)
    stays = ways + c.r * mp.log(c.alpha) - c.R * mp.log(c.A) - c.s * mp.log(c.B / c.beta)
    one, other = odds(c)
    return stays + mp.log1p(one), stays + mp.log1p(other)


def probability_alive(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c = State.of(row)
    one, other = alive_now(c)
    stays = (c.B / (c.B + mp.mpf(row.t or 0))) ** c.s
    return one * stays, other * stays


def probability_active(row: Row) -> tuple[mp.mpf, mp.mpf]:
    """The density of the next purchase, if alive, over the window."""
    c, t = State.of(row), mp.mpf(row.t)

    def density(u: mp.mpf) -> mp.mpf:
        return c.R / c.A * (1 + u / c.A) ** -(c.R + 1) * (1 + u / c.B) ** -c.s

    now = alive_now(c)
    ahead = both(density, t, 1 / ((c.R + 1) / c.A + c.s / c.B))
    return now[0] * ahead[0], now[1] * ahead[1]


# Expectations --------------------------------------------------------------------------------


def time_alive(c: State, t: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """The expected time alive within t: elementary, and as an integral."""
    with mp.workdps(100):
        length = mp.log1p(t / c.B)
        closed = c.B * length if c.s == 1 else -c.B * mp.expm1((1 - c.s) * length) / (c.s - 1)
    return +closed, by_panels(lambda u: (1 + u / c.B) ** -c.s, t, c.B / max(c.s, 1))


def expected_purchases(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c = State.of(row)
    closed, integrated = time_alive(c, mp.mpf(row.t))
    return c.r / c.alpha * closed, c.r / c.alpha * integrated


def conditional_expected_purchases(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c = State.of(row)
    now, ahead = alive_now(c), time_alive(c, mp.mpf(row.t))
    return c.R / c.A * now[0] * ahead[0], c.R / c.A * now[1] * ahead[1]


def discounted_expected_purchases(row: Row) -> tuple[mp.mpf, mp.mpf]:
    """Tricomi's U of the paper of Fader, Hardie and Lee (2005), and the integral over time."""
    c, delta = State.of(row), mp.mpf(row.delta)
    end = 130 / delta if row.t is None else mp.mpf(row.t)

    def perpetuity(B: mp.mpf) -> mp.mpf:
        # U(1, 2 - s, z) is the incomplete gamma function exp(z) E_s(z).
        return B * mp.exp(delta * B) * mp.expint(c.s, delta * B)

    with mp.workdps(120):
        closed = perpetuity(c.B)
        if row.t is not None:
            shrink = mp.exp(-delta * end) * (c.B / (c.B + end)) ** c.s
            closed -= shrink * perpetuity(c.B + end)

    def flow(u: mp.mpf) -> mp.mpf:
        return mp.exp(-delta * u) * (1 + u / c.B) ** -c.s

    now, rate = alive_now(c), c.R / c.A
    scale = 1 / (c.s / c.B + delta)
    return rate * now[0] * closed, rate * now[1] * by_panels(flow, end, scale)


# Counts --------------------------------------------------------------------------------------


def counts_if_alive(c: State, n: int, t: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """Alive at t after n purchases, or gone before after as many."""
    ways = mp.exp(mp.loggamma(c.R + n) - mp.loggamma(c.R) - mp.loggamma(n + 1))

    def bought(u: mp.mpf) -> mp.mpf:
        return ways * (1 + u / c.A) ** -c.R * (u / (c.A + u)) ** n

    def leaves(u: mp.mpf) -> mp.mpf:
        return bought(u) * c.s / c.B * (1 + u / c.B) ** -(c.s + 1)

    stays = bought(t) * (1 + t / c.B) ** -c.s
    one, other = both(leaves, t, 1 / ((c.R + n) / c.A / (n + 1) + (c.s + 1) / c.B))
    return stays + one, stays + other


def count_pmf(row: Row) -> tuple[mp.mpf, mp.mpf]:
    return counts_if_alive(State.of(row), row.n, mp.mpf(row.t))


def conditional_count_pmf(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c = State.of(row)
    gone = int(row.n == 0)
    ahead = counts_if_alive(c, row.n, mp.mpf(row.t))
    now = odds(c)
    one, other = ((gone * o + p) / (1 + o) for o, p in zip(now, ahead, strict=True))
    return one, other


def rate_exceeds(row: Row) -> tuple[mp.mpf, mp.mpf]:
    """Above the norm and alive, or above it and gone at some time; `delta` is the norm."""
    c, norm = State.of(row), mp.mpf(row.delta)
    a, b, D = c.alpha + c.t_x, c.beta + c.t_x, c.T - c.t_x
    front = c.s * (c.A / a) ** c.R * (c.B / b) ** c.s / b

    def above(y: mp.mpf) -> mp.mpf:
        density = (1 + y / a) ** -c.R * (1 + y / b) ** -(c.s + 1)
        return density * mp.gammainc(c.R, norm * (a + y), regularized=True)

    left = both(above, D, 1 / (c.R / a + (c.s + 1) / b + norm))
    stayed = mp.gammainc(c.R, norm * c.A, regularized=True)
    first, second = (w * (stayed + front * v) for w, v in zip(alive_now(c), left, strict=True))
    return first, second
