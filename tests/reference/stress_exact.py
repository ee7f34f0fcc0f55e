r"""Quantities of BG/NBD, MBG/NBD, NBD and Gamma-Gamma at extreme parameters, in 50 digits.

Closed forms of gamma functions are evaluated as they stand. Averages over the dropout probability
are trapezoidal sums in :math:`u = \ln p/(1-p)`, refined until they stand still; where a or b is
below one and the density has a long tail, the value at that end is taken out first, so that the
rest falls as fast as :math:`p` itself. Where mpmath's hypergeometric function is at home, it has
to agree. Incomplete gamma and beta functions are series or continued fractions with as many digits
as their cancellation eats.

Functions are named as the methods of the models; a row holds what they are called with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import mpmath as mp

if TYPE_CHECKING:
    from collections.abc import Callable

DIGITS = 50
#: Digits for a difference that may be as small as the smallest double.
WIDE = 400

mp.mp.dps = DIGITS


@dataclass(frozen=True)
class Row:
    """One value to compute; `model` is BGNBD, MBGNBD, NBD or GammaGamma."""

    model: str
    function: str
    parameters: tuple[float, ...]
    x: int = 0
    t_x: float = 0.0
    T: float = 0.0
    t: float | None = None
    n: int | None = None
    delta: float | None = None
    norm: float | None = None
    money: float | None = None


class Customer:
    """Exact numbers of a row: rates are Gamma(s, beta), dropout Beta(a, b) if alive at T."""

    #: Digits of an average, and of it those that two steps of the trapezoidal rule must share.
    digits, agreed = 38, 20

    def __init__(self, row: Row) -> None:
        self.r, self.alpha = map(mp.mpf, row.parameters[:2])
        self.x, self.t_x, self.T = row.x, mp.mpf(row.t_x), mp.mpf(row.T)
        self.s, self.beta = self.r + row.x, self.alpha + self.T
        self.leaves = row.model != "NBD"
        self.m = row.x + (row.model == "MBGNBD")
        if self.leaves:
            self.a, self.prior_b = map(mp.mpf, row.parameters[2:])
            self.b = self.prior_b + self.m

    def odds(self) -> mp.mpf:
        """Of having left."""
        if not self.leaves or self.m == 0:
            return mp.mpf(0)
        wait = (self.beta / (self.alpha + self.t_x)) ** self.s
        return self.a / (self.b - 1) * wait

    def alive(self) -> mp.mpf:
        return 1 / (1 + self.odds())


def rising(c: mp.mpf, x: mp.mpf) -> mp.mpf:
    return mp.loggamma(c + x) - mp.loggamma(c)


# Averages over the dropout -------------------------------------------------------------------


def average(
    f: Callable[[mp.mpf], mp.mpf],
    at_zero: Callable[[], mp.mpf],
    c: Customer,
    s: mp.mpf,
    tau: mp.mpf,
) -> mp.mpf:
    """Mean over p ~ Beta(a, b) of an f that falls about as (1 + p tau)^-s."""
    with mp.workdps(c.digits + (45 if c.a < 1 or c.b < 1 else 0)):
        a, b, first, last = c.a, c.b, at_zero(), f(mp.mpf(1))
        if c.a < 1 and c.b < 1:
            chord = (first * b + last * a) / (a + b)
            return chord - _sum(lambda p, q: first * q + last * p - f(p), c, s, tau)
        if c.a < 1:
            return first - _sum(lambda p, _q: first - f(p), c, s, tau)
        if c.b < 1:
            return last + _sum(lambda p, _q: f(p) - last, c, s, tau)
        return _sum(lambda p, _q: f(p), c, s, tau)


def _sum(g: Callable[[mp.mpf, mp.mpf], mp.mpf], c: Customer, s: mp.mpf, tau: mp.mpf) -> mp.mpf:
    """Mean of g(p, 1 - p) by the trapezoidal rule, its step halved until nothing changes."""
    a, b = c.a, c.b
    norm = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

    def term(u: mp.mpf) -> mp.mpf:
        less = mp.log1p(mp.exp(-abs(u)))
        log_p, log_q = -less - max(-u, 0), -less - max(u, 0)
        return mp.exp(a * log_p + b * log_q - norm) * g(mp.exp(log_p), mp.exp(log_q))

    direct = min(a, b) >= 1
    centre = mode(a, b, s * (tau > 0), tau)
    p = 1 / (1 + mp.exp(-centre))
    bend = (a + b) * p * (1 - p) + s * p * (1 - p) * tau / (1 + p * tau) ** 2
    step = min(mp.mpf(1), 1 / mp.sqrt(bend)) / 2
    marks = [centre] if direct else [centre, mp.log(a / b), -mp.log1p(s * tau), mp.mpf(0)]
    low, high = min(marks), max(marks)
    total = _walk(term, centre, step, high, c) + _walk(term, centre - step, -step, low, c)
    while True:
        odd = _walk(term, centre + step / 2, step, high, c)
        odd += _walk(term, centre - step / 2, -step, low, c)
        if abs(total - odd) <= mp.mpf(10) ** -c.agreed * abs(total):
            return (total + odd) * step / 2
        total, step = total + odd, step / 2


def _walk(
    term: Callable[[mp.mpf], mp.mpf], u: mp.mpf, step: mp.mpf, beyond: mp.mpf, c: Customer
) -> mp.mpf:
    """Sum of the terms at u, u + step, ..., until they are past a mark and negligible."""
    total, small, negligible = mp.mpf(0), 0, mp.mpf(10) ** (5 - c.digits)
    while small < 6:
        value = term(u)
        total += value
        passed = (u - beyond) * step > 0
        small = small + 1 if passed and abs(value) <= negligible * abs(total) else 0
        u += step
    return total


def mode(a: mp.mpf, b: mp.mpf, s: mp.mpf, tau: mp.mpf) -> mp.mpf:
    """Where p^a (1 - p)^b (1 + p tau)^-s is greatest, on the scale of u, by bisection."""
    low, high = mp.mpf(-200), mp.mpf(200)
    for _ in range(40):
        u = (low + high) / 2
        p, q = 1 / (1 + mp.exp(-u)), 1 / (1 + mp.exp(u))
        slope = a * q - b * p - s * p * q * tau / (1 + p * tau)
        low, high = (u, high) if slope > 0 else (low, u)
    return low


def stays(c: Customer, tau: mp.mpf) -> mp.mpf:
    """Probability of staying for a time tau beta."""
    s = c.s
    if not c.leaves or tau == 0:
        return mp.mpf(1)
    found = average(lambda p: (1 + p * tau) ** -s, lambda: mp.mpf(1), c, s, tau)
    if max(c.a, c.b, s, tau) < 60:
        _agree(found, mp.hyp2f1(s, c.a, c.a + c.b, -tau))
    return found


def purchases(c: Customer, tau: mp.mpf) -> mp.mpf:
    """Expected purchases in a time tau beta."""
    if not c.leaves or tau == 0:
        return c.s * tau

    def made(p: mp.mpf) -> mp.mpf:
        return -mp.expm1(-c.s * mp.log1p(p * tau)) / p

    found = average(made, lambda: c.s * tau, c, c.s, tau)
    sum_ = c.a + c.b
    if max(c.a, c.b, c.s, tau) < 60 and min(abs(c.a - 1), abs(sum_ - 1)) > 1e-3:
        left = mp.hyp2f1(c.s, c.a - 1, sum_ - 1, -tau)
        _agree(found, (sum_ - 1) / (c.a - 1) * (1 - left))
    return found


def _agree(one: mp.mpf, other: mp.mpf) -> None:
    assert abs(one - other) <= mp.mpf(10) ** -20 * abs(one), (one, other)


# Functions, named as the methods -------------------------------------------------------------


def log_likelihood(row: Row) -> tuple[mp.mpf, mp.mpf]:
    """Value, and the sum of its absolute terms."""
    if row.model == "GammaGamma":
        return _spend_likelihood(row)
    c = Customer(row)
    terms = [rising(c.r, c.x), -c.r * mp.log1p(c.T / c.alpha), -c.x * mp.log(c.beta)]
    if c.leaves:
        terms += [rising(c.prior_b, c.m), -rising(c.a + c.prior_b, c.m), mp.log1p(c.odds())]
    return sum(terms), sum(map(abs, terms))


def probability_alive(row: Row) -> mp.mpf:
    c = Customer(row)
    return c.alive() * stays(c, mp.mpf(row.t or 0) / c.beta)


def probability_active(row: Row) -> mp.mpf:
    c = Customer(row)
    return c.alive() * -mp.expm1(-c.s * mp.log1p(mp.mpf(row.t) / c.beta))


def expected_purchases(row: Row) -> mp.mpf:
    return conditional_expected_purchases(row)


def conditional_expected_purchases(row: Row) -> mp.mpf:
    c = Customer(row)
    return c.alive() * purchases(c, mp.mpf(row.t) / c.beta)


def discounted_expected_purchases(row: Row) -> mp.mpf:
    r"""Mean of :math:`\lambda (1 - e^{-(\delta + p\lambda)h}) / (\delta + p\lambda)`."""
    c, delta = Customer(row), mp.mpf(row.delta)
    horizon = mp.inf if row.t is None else mp.mpf(row.t)
    later = mp.exp(-delta * horizon)

    def constant() -> mp.mpf:
        return c.s / c.beta * -mp.expm1(-delta * horizon) / delta

    def worth(p: mp.mpf) -> mp.mpf:
        found = perpetuity(c.s, c.beta, p, delta)
        if later == 0:
            return found
        moved = c.beta + p * horizon
        return found - later * (c.beta / moved) ** c.s * perpetuity(c.s, moved, p, delta)

    if not c.leaves:
        return constant()
    return c.alive() * average(worth, constant, c, mp.mpf(1), c.s / (c.beta * delta))


def perpetuity(s: mp.mpf, beta: mp.mpf, p: mp.mpf, delta: mp.mpf) -> mp.mpf:
    r"""Mean of rate / (delta + p rate) over rate ~ Gamma(s, beta), :math:`(s/p) e^z E_{s+1}(z)`."""
    z = beta * delta / p
    if s < 50 and z < 50:
        return s / p * mp.exp(z) * mp.expint(s + 1, z)
    n, floor = s + 1, z + s + 1  # the continued fraction DLMF 8.19.17
    c, d, k, change = mp.inf, 1 / floor, 1, mp.mpf(0)
    total = d
    while abs(change - 1) > 4 * mp.eps:
        numerator, floor = -k * (n - 1 + k), floor + 2
        c, d = floor + numerator / c, 1 / (floor + numerator * d)
        change = c * d
        total, k = total * change, k + 1
    return s / p * total


def count_pmf(row: Row) -> mp.mpf:
    return conditional_count_pmf(row)


def conditional_count_pmf(row: Row) -> mp.mpf:
    with mp.workdps(WIDE):
        c, n = Customer(row), row.n
        tau = mp.mpf(row.t) / c.beta
        z, none = tau / (1 + tau), (1 + tau) ** -c.s
        term = total = none
        for j in range(n):  # equation (8): the probabilities of fewer purchases than n
            term *= (c.s + j) / (j + 1) * z
            total += term if j < n - 1 else 0
        if not c.leaves:
            return term
        survived = mp.exp(rising(c.b, n) - rising(c.a + c.b, n))
        found = survived * term
        if n:
            earlier = mp.exp(rising(c.b, n - 1) - rising(c.a + c.b, n - 1))
            found += earlier * c.a / (c.a + c.b + n - 1) * (1 - total)
        return c.alive() * found + (c.odds() * c.alive() if n == 0 else 0)


def rate_exceeds(row: Row) -> mp.mpf:
    c, norm = Customer(row), mp.mpf(row.norm)
    left = upper_gamma(c.s, norm * (c.alpha + c.t_x)) if c.leaves else mp.mpf(0)
    return c.alive() * (upper_gamma(c.s, norm * c.beta) + c.odds() * left)


def upper_gamma(s: mp.mpf, z: mp.mpf) -> mp.mpf:
    """Regularised: a series of equal signs up to the mean, a continued fraction beyond."""
    with mp.workdps(WIDE if z <= s + 1 else DIGITS):
        if z == 0:
            return mp.mpf(1)
        front = mp.exp(s * mp.log(z) - z - mp.loggamma(s))
        if z <= s + 1:
            total = term = 1 / s
            k = 1
            while term > mp.eps * total:
                term *= z / (s + k)
                total, k = total + term, k + 1
            return 1 - front * total
        floor, c = z + 1 - s, mp.inf
        d = total = 1 / floor
        k, change = 1, mp.mpf(0)
        while abs(change - 1) > 4 * mp.eps:  # DLMF 8.9.2 in its even part
            numerator, floor = -k * (k - s), floor + 2
            c, d = floor + numerator / c, 1 / (floor + numerator * d)
            change = c * d
            total, k = total * change, k + 1
        return front * total


# Gamma-Gamma ---------------------------------------------------------------------------------


def _spend_likelihood(row: Row) -> tuple[mp.mpf, mp.mpf]:
    p, q, v = map(mp.mpf, row.parameters)
    k, total = p * row.x, row.x * mp.mpf(row.money)
    log_beta = mp.loggamma(k) + mp.loggamma(q) - mp.loggamma(k + q)
    terms = [-log_beta, -k * mp.log1p(v / total), -q * mp.log1p(total / v), -mp.log(row.money)]
    return sum(terms), sum(map(abs, terms))


def expected_spend(row: Row) -> mp.mpf:
    p, q, v = map(mp.mpf, row.parameters)
    total = row.x * mp.mpf(row.money) if row.x else mp.mpf(0)
    weight = p * row.x + q - 1
    return p * (v + total) / weight if weight > 0 else mp.inf
