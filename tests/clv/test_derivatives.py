"""Gradients and Hessians at the corners of the parameter space, against mpmath at 40 digits.

The truth differentiates the sum of log-gamma functions and logarithms numerically, with as many
digits as that takes. Errors are relative to the sum of the absolute derivatives of the terms, each
multiplied by its parameters, as a fit uses them.
"""

import itertools

import mpmath as mp
import numpy as np
import pytest

import retentionkit as rk
from retentionkit.clv._fitting.counted import count_histories
from retentionkit.clv._fitting.gamma_gamma_likelihood import GammaGammaLikelihood

HISTORIES = [
    (0, 0.0, 7305.0),
    (1, 1e-3, 7305.0),
    (2, 30.43, 38.86),
    (30, 7305.0, 7305.0),
    (10_000, 7304.0, 7305.0),
]
#: Every corner once, with histories in turn.
CORNERS = [
    (shape, HISTORIES[i % len(HISTORIES)])
    for i, shape in enumerate(
        itertools.product((1e-4, 0.7, 1e5), (1e-4, 8.0, 1e6), (1e-4, 1.0, 1e5), (1e-4, 1.0, 1e5))
    )
]


def rising(c, x):
    return mp.loggamma(c + x) - mp.loggamma(c)


def purchase_terms(model, x, t_x, T):
    """The terms of a log-likelihood as functions of the parameters."""
    m = x + (model is rk.clv.MBGNBD)
    terms = [
        lambda r, *_: rising(r, x),
        lambda r, alpha, *_: -r * mp.log1p(T / alpha),
        lambda _, alpha, *__: -x * mp.log(alpha + T),
    ]
    if model is rk.clv.NBD:
        return terms

    def left(r, alpha, a, b):
        return mp.log1p(a / (b + m - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))

    terms += [lambda _, __, ___, b: rising(b, m), lambda _, __, a, b: -rising(a + b, m)]
    return [*terms, left] if m else terms


def spend_terms(x, money):
    total = x * mp.mpf(money)
    return [
        lambda p, q, _: mp.loggamma(p * x + q) - mp.loggamma(p * x),
        lambda _, q, __: -mp.loggamma(q),
        lambda p, _, v: -p * x * mp.log1p(v / total),
        lambda _, q, v: -q * mp.log1p(total / v),
    ]


def check(surface, terms, parameters):
    """Gradient and Hessian of a surface, times the parameters, are those of the sum of terms."""
    size = len(parameters)
    orders = [tuple(int(i == j) for j in range(size)) for i in range(size)]
    pairs = list(itertools.combinations_with_replacement(range(size), 2))
    orders += [tuple(int(i == k) + int(j == k) for k in range(size)) for i, j in pairs]
    theta = np.array(parameters)
    slopes, curves = surface.gradient * theta, surface.hessian * np.outer(theta, theta)
    found = [*slopes, *(curves[i, j] for i, j in pairs)]
    np.testing.assert_allclose(curves, curves.T, rtol=1e-14, atol=1e-300)
    assert np.isfinite(found).all()
    with mp.workdps(40):
        exact = [mp.mpf(value) for value in parameters]
        for order, value in zip(orders, found, strict=True):
            parts = [
                mp.diff(lambda *u, f=f: f(*map(mp.fmul, exact, u)), (mp.mpf(1),) * size, order)
                for f in terms
            ]
            # A part of no influence is differentiated to noise of the working precision.
            gap, scale = abs(mp.mpf(float(value)) - mp.fsum(parts)), mp.fsum(parts, absolute=True)
            assert gap <= mp.mpf("1e-9") * scale + mp.mpf(10) ** -20, (order, parameters)


@pytest.mark.parametrize(("model", "first"), [(rk.clv.BGNBD, 0), (rk.clv.MBGNBD, 2)])
def test_purchases_and_dropout(model, first):
    for shape, (x, t_x, T) in CORNERS[first::4]:
        h = rk.PurchaseHistories.from_arrays(x, t_x, T, unit="day")
        surface = model._likelihood(count_histories(h))(np.array(shape))
        check(surface, purchase_terms(model, x, mp.mpf(t_x), mp.mpf(T)), shape)


def test_purchases_at_random():
    for shape, (x, t_x, T) in itertools.product(
        itertools.product((1e-4, 0.7, 1e5), (1e-4, 8.0, 1e6)), HISTORIES
    ):
        h = rk.PurchaseHistories.from_arrays(x, t_x, T, unit="day")
        surface = rk.clv.NBD._likelihood(count_histories(h))(np.array(shape))
        check(surface, purchase_terms(rk.clv.NBD, x, mp.mpf(t_x), mp.mpf(T)), shape)


def test_spend():
    orders = [(1, 0.01), (3, 35.0), (10_000, 1e6)]
    for i, shape in enumerate(list(itertools.product((1e-4, 1.0, 1e5), repeat=3))[::2]):
        x, money = orders[i % 3]
        one = (np.array([float(value)]) for value in (x, money, 1))
        check(GammaGammaLikelihood(*one)(np.array(shape)), spend_terms(x, money), shape)
