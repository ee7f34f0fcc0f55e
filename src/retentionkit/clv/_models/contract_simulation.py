"""Contracts drawn from a model, and for how long such contracts are observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._numerics.contract_lives import ContractLives, Floats
    from retentionkit.histories import RenewalHistories

__all__ = ["follow_ups", "lifetimes"]


def lifetimes(lives: ContractLives, n: int, rng: np.random.Generator) -> Floats:
    """How often the contracts of new customers are renewed, maybe for ever (infinite).

    The life is the largest t with (1 - theta)^(t^c) > U. The loss -ln(1 - theta) comes from two
    Gamma variables, since a theta near 0 or 1 is no float of its own.
    """
    leave, stay = (_log_gamma(shape, n, rng) for shape in (lives.alpha, lives.beta))
    loss = np.logaddexp(0, leave - stay)
    with np.errstate(divide="ignore", over="ignore"):
        length = np.power(rng.exponential(size=n) / loss, 1 / lives.c)
    return np.asarray(np.maximum(np.ceil(length) - 1, 0.0))


def _log_gamma(shape: float, n: int, rng: np.random.Generator) -> Floats:
    """Logarithms of Gamma variables, which may be too small to be floats themselves."""
    return np.asarray(np.log(rng.gamma(shape + 1, size=n)) - rng.exponential(size=n) / shape)


def follow_ups(histories: RenewalHistories, rng: np.random.Generator) -> Floats:
    """For how many renewals each customer was observed, or would have been without leaving.

    For a contract that still runs it is known. For one that ended it is drawn from the
    distribution of follow-up, the Kaplan-Meier estimate with the roles of leaving and of running
    on exchanged, given that it was observed to its end.
    """
    levels, kept = _follow_up(histories.grouped())
    counts = np.rint(histories.weight).astype(np.int64)
    renewals = np.repeat(histories.renewals, counts).astype(np.float64)
    ended: NDArray[np.bool_] = np.repeat(histories.ended, counts)
    end = renewals[ended] + 1
    before = np.concatenate(([1.0], kept))[np.searchsorted(levels, end)]
    drawn = np.searchsorted(-kept, -before * rng.random(len(end)))
    renewals[ended] = np.maximum(levels[np.minimum(drawn, len(levels) - 1)], end)
    return renewals


def _follow_up(h: RenewalHistories) -> tuple[Floats, Floats]:
    """Numbers of renewals, and the share of customers who are observed for more of them."""
    levels, at = np.unique((h.renewals + h.ended).astype(np.float64), return_inverse=True)
    running = np.bincount(at, np.where(h.ended, 0.0, h.weight), len(levels)).astype(np.float64)
    left = np.bincount(at, np.where(h.ended, h.weight, 0.0), len(levels)).astype(np.float64)
    # A contract that ends at a renewal ends before one that is last seen there.
    at_risk = np.cumsum((running + left)[::-1])[::-1] - left
    share = np.divide(running, at_risk, out=np.zeros(len(levels)), where=at_risk > 0)
    return levels, np.cumprod(1 - share, dtype=np.float64)
