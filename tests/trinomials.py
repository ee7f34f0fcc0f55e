"""All outcomes of a few answers of three kinds, and how often an interval covers the truth.

Run as a script it prints the table of docs/explanation/nps-intervals.md.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from retentionkit import net_scores

METHODS = ("adjusted-wald", "score", "bayesian", "bootstrap", "wald")
SIZES = (5, 8, 10, 15, 20, 30)
_Z = float(stats.norm.ppf(0.975))


def all_counts(n):
    """Promoters, passives and detractors of n answers, shape ((n + 1)(n + 2)/2, 3)."""
    promoters, detractors = np.mgrid[: n + 1, : n + 1].reshape(2, -1)
    kept = promoters + detractors <= n
    promoters, detractors = promoters[kept], detractors[kept]
    return np.column_stack([promoters, n - promoters - detractors, detractors])


def probabilities(n, truths):
    """Probability of each outcome of n answers under each truth, shape (truths, outcomes)."""
    counts = all_counts(n)
    ways = special.gammaln(n + 1) - special.gammaln(counts + 1).sum(-1)
    return np.exp(ways + special.xlogy(counts, truths[:, None, :]).sum(-1))


def limits(method, n):
    """Limits of every outcome on the scale, as `nps` gives them; the bootstrap by all resamples."""
    counts = all_counts(n)
    if method == "score":
        found = net_scores.score(counts, confidence=0.95)
    elif method == "bayesian":
        found = net_scores.bayesian(counts, confidence=0.95)
    elif method == "bootstrap":
        found = _bootstrap(n)
    else:
        make = net_scores.wald if method == "wald" else net_scores.adjusted_wald
        found = make(counts, z=_Z)
    return np.clip(found, -1, 1)


def _bootstrap(n):
    """Percentiles of all resamples of n answers, with their probabilities, without chance."""
    counts = all_counts(n)
    order = np.argsort(scores := counts @ (1, 0, -1) / n, kind="stable")
    steps = np.cumsum(probabilities(n, counts / n)[:, order], axis=1)
    # Rounding may leave the last step below 1 - 1e-12, or a level a hair short of its step.
    found = [scores[order][np.argmax(steps >= level - 1e-12, axis=1)] for level in (0.025, 0.975)]
    return np.array(found)


def truths_of(step):
    """All shares that are multiples of 1/step, none of them 0."""
    shares = all_counts(step) / step
    return shares[(shares > 0).all(-1)]


def coverage(method, n, truths):
    """How often the interval holds the true score, and its mean width, by truth."""
    low, high = limits(method, n)
    score = (truths @ (1, 0, -1))[:, None]
    # A score on the limit is covered; rounding does not decide.
    held = (low - 1e-9 <= score) & (score <= high + 1e-9)
    chance = probabilities(n, truths)
    return (chance * held).sum(-1), chance @ (high - low)


def table(sizes=SIZES, methods=METHODS, step=50):
    """By size and method: least coverage, least where no share is below 10 %, mean, mean width.

    Coverage in per cent, width in points.
    """
    truths = truths_of(step)
    middle = (truths >= 0.1 - 1e-9).all(-1)
    rows = {}
    for n in sizes:
        for method in methods:
            covered, width = coverage(method, n, truths)
            found = (covered.min(), covered[middle].min(), covered.mean(), width.mean())
            rows[n, method] = tuple(round(100 * float(value), 1) for value in found)
    return rows


if __name__ == "__main__":
    for (n, method), row in table().items():
        print(f"| {n} | {method} |", " | ".join(map(str, row)), "|")  # noqa: T201 - a script
