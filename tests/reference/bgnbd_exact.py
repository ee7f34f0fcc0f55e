r"""BG/NBD quantities in 50-digit arithmetic, each by two routes that share no formula.

The first route is a closed form, the second the integral over the customers' rates
:math:`\lambda \sim \mathrm{Gamma}(r, \alpha)` and dropout probabilities
:math:`p \sim \mathrm{Beta}(a, b)` by the trapezoidal rule on the whole line: in the logarithm of
the rate and the logit of the probability, where it converges geometrically.

Functions are named as the methods of `retentionkit.clv.BGNBD` and return both routes' values.
Equation numbers are those of Fader, Hardie and Lee (2005), "Counting your customers" the easy way,
Marketing Science 24(2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import mpmath as mp

if TYPE_CHECKING:
    from collections.abc import Callable

mp.mp.dps = 50
STEP_AGREEMENT = mp.mpf(10) ** -34
NEGLIGIBLE = mp.mpf(10) ** -46
NUDGE = mp.mpf(10) ** -45


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
    """A customer in exact arithmetic: priors, and rate and dropout given that she is alive."""

    r: mp.mpf
    alpha: mp.mpf
    a: mp.mpf
    b: mp.mpf
    x: int
    t_x: mp.mpf
    T: mp.mpf

    @classmethod
    def of(cls, row: Row) -> State:
        numbers = (*row.parameters, row.t_x or 0.0, row.T or 0.0)
        r, alpha, a, b, t_x, T = map(mp.mpf, numbers)
        return cls(r, alpha, a, b, row.x or 0, t_x, T)

    @property
    def R(self) -> mp.mpf:  # noqa: N802 - a symbol of the papers
        return self.r + self.x

    @property
    def A(self) -> mp.mpf:  # noqa: N802 - a symbol of the papers
        return self.alpha + self.T

    @property
    def B(self) -> mp.mpf:  # noqa: N802 - a symbol of the papers
        return self.b + self.x


# Integration ---------------------------------------------------------------------------------


def line_integral(g: Callable[[mp.mpf], mp.mpf], centre: mp.mpf, width: mp.mpf) -> mp.mpf:
    """The integral of g over the real line; the step is halved until the sum stands still."""
    h = width
    total = g(centre) + walk(g, centre, h, h) + walk(g, centre, -h, -h)
    while True:
        odd = walk(g, centre, h / 2, h) + walk(g, centre, -h / 2, -h)
        finer = (total + odd) / 2
        if abs(finer * h - total * h) <= STEP_AGREEMENT * abs(finer * h) + mp.mpf(10) ** -4000:
            return finer * h
        # The sum over the finer grid is total + odd, with half the step.
        total, h = total + odd, h / 2


def walk(g: Callable[[mp.mpf], mp.mpf], centre: mp.mpf, offset: mp.mpf, step: mp.mpf) -> mp.mpf:
    """The sum of g at centre + offset, + step, + step, ... until five terms are negligible."""
    total, small, y = mp.mpf(0), 0, centre + offset
    while small < 5:
        term = g(y)
        total += term
        small = small + 1 if abs(term) <= NEGLIGIBLE * abs(total) else 0
        y += step
    return total


def beta_integral(a: mp.mpf, b: mp.mpf, f: Callable[[mp.mpf, mp.mpf], mp.mpf]) -> mp.mpf:
    """The integral of p^(a-1) q^(b-1) f(p, q) over p in (0, 1), q = 1 - p."""

    def g(y: mp.mpf) -> mp.mpf:
        p, q = 1 / (1 + mp.exp(-y)), 1 / (1 + mp.exp(y))
        return p**a * q**b * f(p, q)

    return line_integral(g, mp.log(a / b), min(mp.sqrt((a + b) / (a * b)), mp.mpf(1)) / 2)


def gamma_integral(r: mp.mpf, alpha: mp.mpf, f: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
    """The integral of rate^(r-1) exp(-alpha rate) f(rate) over rate > 0."""

    def g(y: mp.mpf) -> mp.mpf:
        rate = mp.exp(y)
        return mp.exp(r * y - alpha * rate) * f(rate)

    return line_integral(g, mp.log(r / alpha), min(1 / mp.sqrt(r), mp.mpf(1)) / 2)


def beta_mean(c: State, f: Callable[[mp.mpf, mp.mpf], mp.mpf]) -> mp.mpf:
    """The mean of f(p, 1 - p) for a customer who is alive."""
    return beta_integral(c.a, c.B, f) / mp.beta(c.a, c.B)


def gamma_mean(c: State, f: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
    """The mean of f(rate) for a customer who is alive."""
    return gamma_integral(c.R, c.A, f) * c.A**c.R / mp.gamma(c.R)


# Likelihood and P(alive) ---------------------------------------------------------------------


def likelihood_parts(c: State) -> tuple[mp.mpf, mp.mpf]:
    """The likelihood in two terms: still alive at T, dropped out right after the last purchase."""
    front = mp.exp(mp.loggamma(c.R) - mp.loggamma(c.r)) * c.alpha**c.r / mp.beta(c.a, c.b)
    alive = front * mp.beta(c.a, c.B) / c.A**c.R
    if c.x == 0:
        return alive, mp.mpf(0)
    return alive, front * mp.beta(c.a + 1, c.B - 1) / (c.alpha + c.t_x) ** c.R


def integrated_parts(c: State) -> tuple[mp.mpf, mp.mpf]:
    """The same two terms by integrating the customer's likelihood over the population."""
    front = c.alpha**c.r / mp.gamma(c.r) / mp.beta(c.a, c.b)
    one = lambda *_: mp.mpf(1)  # noqa: E731 - the integrands are the weights themselves
    alive = front * beta_integral(c.a, c.B, one) * gamma_integral(c.R, c.A, one)
    if c.x == 0:
        return alive, mp.mpf(0)
    dead = beta_integral(c.a + 1, c.B - 1, one) * gamma_integral(c.R, c.alpha + c.t_x, one)
    return alive, front * dead


def alive_now(c: State) -> mp.mpf:
    """P(alive) in the form of Fader and Hardie's note 021."""
    if c.x == 0:
        return mp.mpf(1)
    return 1 / (1 + c.a / (c.B - 1) * (c.A / (c.alpha + c.t_x)) ** c.R)


def integrated_alive(c: State) -> mp.mpf:
    alive, dead = integrated_parts(c)
    return alive / (alive + dead)


def log_likelihood(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c = State.of(row)
    return mp.log(sum(likelihood_parts(c))), mp.log(sum(integrated_parts(c)))


def probability_alive(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c, t = State.of(row), mp.mpf(row.t or 0)
    closed = alive_now(c) * mp.hyp2f1(c.R, c.a, c.a + c.B, -t / c.A)
    return closed, integrated_alive(c) * beta_mean(c, lambda p, _q: (1 + p * t / c.A) ** -c.R)


def probability_active(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c, t = State.of(row), mp.mpf(row.t)
    closed = alive_now(c) * -mp.expm1(-c.R * mp.log1p(t / c.A))
    return closed, integrated_alive(c) * gamma_mean(c, lambda rate: -mp.expm1(-rate * t))


# Expectations --------------------------------------------------------------------------------


def purchases_if_alive(c: State, t: mp.mpf) -> mp.mpf:
    """Equation 10 without its denominator; where it is 0/0, at parameters 1e-45 away."""
    with mp.workdps(130):
        a = c.a + NUDGE if c.a == 1 or c.a + c.B == 1 else c.a
        z = t / (c.A + t)
        tail = (c.A / (c.A + t)) ** c.R * hypergeometric(c.R, c.B, a + c.B - 1, z)
        return (a + c.B - 1) / (a - 1) * (1 - tail)


def hypergeometric(a: mp.mpf, b: mp.mpf, c: mp.mpf, z: mp.mpf) -> mp.mpf:
    """2F1; for large c by its series, because mpmath 1.4 goes wrong there (c = 4e4, z = .89)."""
    if c < 1000:
        return mp.hyp2f1(a, b, c, z)
    total, term, k = mp.mpf(0), mp.mpf(1), 0
    while abs(term) > mp.eps * abs(total):
        total += term
        term *= (a + k) * (b + k) / (c + k) / (k + 1) * z
        k += 1
    return total


def integrated_purchases(c: State, t: mp.mpf) -> mp.mpf:
    return beta_mean(c, lambda p, _q: -mp.expm1(-c.R * mp.log1p(p * t / c.A)) / p)


def expected_purchases(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c, t = State.of(row), mp.mpf(row.t)
    return purchases_if_alive(c, t), integrated_purchases(c, t)


def conditional_expected_purchases(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c, t = State.of(row), mp.mpf(row.t)
    return (
        alive_now(c) * purchases_if_alive(c, t),
        integrated_alive(c) * integrated_purchases(c, t),
    )


def discounted_expected_purchases(row: Row) -> tuple[mp.mpf, mp.mpf]:
    r"""Over time with p integrated out, and over p with time and rate integrated out.

    The first is :math:`\int e^{-\delta s} E[\lambda e^{-p \lambda s}] ds`, the second
    :math:`E[\lambda (1 - e^{-(\delta + p \lambda) h}) / (\delta + p \lambda)]`, whose mean over the
    rate is :math:`(R / p) e^z E_{R+1}(z)` with :math:`z = A \delta / p`.
    """
    c, delta = State.of(row), mp.mpf(row.delta)
    horizon = None if row.t is None else mp.mpf(row.t)

    def flow(s: mp.mpf) -> mp.mpf:
        if c.a < 20:
            rate = mp.hyp2f1(c.R + 1, c.a, c.a + c.B, -s / c.A)
        else:  # where mpmath does not converge
            rate = beta_mean(c, lambda p, _q: (1 + p * s / c.A) ** (-c.R - 1))
        return mp.exp(-delta * s) * c.R / c.A * rate

    def over_p(p: mp.mpf, _q: mp.mpf) -> mp.mpf:
        found = perpetuity(c.R, c.A, p, delta)
        if horizon is None:
            return found
        shrink = mp.exp(-delta * horizon) * (c.A / (c.A + p * horizon)) ** c.R
        return found - shrink * perpetuity(c.R, c.A + p * horizon, p, delta)

    if horizon is None:
        over_time = line_integral(lambda y: mp.exp(y) * flow(mp.exp(y)), mp.mpf(0), mp.mpf("0.5"))
    else:
        one = mp.mpf(1)
        over_time = horizon * beta_integral(one, one, lambda p, _q: flow(horizon * p))
    return alive_now(c) * over_time, integrated_alive(c) * beta_mean(c, over_p)


def perpetuity(R: mp.mpf, A: mp.mpf, p: mp.mpf, delta: mp.mpf) -> mp.mpf:
    """The mean of rate / (delta + p rate) over rate ~ Gamma(R, A)."""
    z = A * delta / p
    return R / p * (mp.exp(z) * mp.expint(R + 1, z) if R < 50 else scaled_expint(R + 1, z))


def scaled_expint(n: mp.mpf, z: mp.mpf) -> mp.mpf:
    """exp(z) E_n(z) for large n, where mpmath is slow, by its continued fraction (DLMF 8.19.17)."""
    floor = z + n
    c, d, k, change = mp.inf, 1 / floor, 1, mp.mpf(0)
    total = d
    while abs(change - 1) > 4 * mp.eps:
        numerator, floor = -k * (n - 1 + k), floor + 2
        c, d = floor + numerator / c, 1 / (floor + numerator * d)
        change = c * d
        total, k = total * change, k + 1
    return total


# Counts --------------------------------------------------------------------------------------


def counts_if_alive(c: State, n: int, t: mp.mpf) -> mp.mpf:
    """Equation 8 with the customer's own R, A, B; the sum as an incomplete beta function."""
    z = t / (c.A + t)
    nbd = mp.exp(mp.loggamma(c.R + n) - mp.loggamma(c.R) - mp.loggamma(n + 1))
    found = mp.beta(c.a, c.B + n) / mp.beta(c.a, c.B) * nbd * (1 - z) ** c.R * z**n
    if n == 0:
        return found
    more = mp.betainc(n, c.R, 0, z, regularized=True)
    return found + mp.beta(c.a + 1, c.B + n - 1) / mp.beta(c.a, c.B) * more


def integrated_counts(c: State, n: int, t: mp.mpf) -> mp.mpf:
    """Poisson counts, cut off by dropout, integrated over rate and probability."""
    stay = beta_mean(c, lambda _p, q: q**n)
    found = stay * gamma_mean(c, lambda rate: mp.exp(-rate * t) * (rate * t) ** n / mp.factorial(n))
    if n == 0:
        return found
    drop = beta_mean(c, lambda p, q: p * q ** (n - 1))
    return found + drop * gamma_mean(c, lambda rate: mp.gammainc(n, 0, rate * t, regularized=True))


def count_pmf(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c, t = State.of(row), mp.mpf(row.t)
    return counts_if_alive(c, row.n, t), integrated_counts(c, row.n, t)


def conditional_count_pmf(row: Row) -> tuple[mp.mpf, mp.mpf]:
    c, t = State.of(row), mp.mpf(row.t)
    one, other = alive_now(c), integrated_alive(c)
    gone = int(row.n == 0)
    return (
        gone * (1 - one) + one * counts_if_alive(c, row.n, t),
        gone * (1 - other) + other * integrated_counts(c, row.n, t),
    )
