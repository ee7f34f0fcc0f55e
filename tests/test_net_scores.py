"""Net scores: intervals of counted answers, against likelihoods and integrals made another way."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from retentionkit import net_scores
from trinomials import all_counts

Z = stats.norm.ppf(0.975)
NODES = [part / 2 for part in np.polynomial.legendre.leggauss(200)]
NODES[0] = NODES[0] + 0.5

counts_of = st.tuples(*[st.integers(0, 60)] * 3).filter(any)


# -- worked example --------------------------------------------------------------------------------


def test_variance_of_a_half_a_third_and_a_sixth():
    value, variance = net_scores.moments([162, 108, 54])
    assert (float(value), float(variance)) == pytest.approx((1 / 3, 5 / 9), rel=1e-15)
    low, high = net_scores.wald([162, 108, 54], z=Z)
    assert (float(low), float(high)) == pytest.approx((0.2522, 0.4145), abs=6e-5)
    low, high = net_scores.adjusted_wald([162, 108, 54], z=Z)
    assert (float(low), float(high)) == pytest.approx((0.2495, 0.4111), abs=6e-5)


@pytest.mark.parametrize("n", [1, 8, 30, 1000])
def test_score_limits_where_all_answers_are_alike(n):
    """(1 - delta)^2 n = z^2 (1 - delta^2) for promoters; delta^2 n = z^2 (delta - delta^2)."""
    low, high = net_scores.score([n, 0, 0], confidence=0.95)
    assert float(low) == pytest.approx((1 - Z**2 / n) / (1 + Z**2 / n), abs=1e-12)
    assert float(high) == 1
    low, high = net_scores.score([0, n, 0], confidence=0.95)
    assert float(high) == -float(low) == pytest.approx(Z**2 / (n + Z**2), abs=1e-12)


# -- reference -------------------------------------------------------------------------------------


def null_variance(counts, delta):
    """Variance at the most likely shares with p - d = delta, found by search.

    The likelihood is concave along the line p = d + delta, between its ends.
    """
    promoters, passives, detractors = counts
    start, stop = max(0.0, -delta), (1 - delta) / 2

    def less(d):
        shares = (d + delta, 1 - 2 * d - delta, d)
        return -float(special.xlogy(counts, np.maximum(shares, 1e-300)).sum())

    def slope(d):
        parts = ((promoters, d + delta, 1), (passives, 1 - 2 * d - delta, -2), (detractors, d, 1))
        return sum(sign * n / share for n, share, sign in parts if n)

    found = optimize.minimize_scalar(less, bounds=(start, stop), options={"xatol": 1e-9}).x
    inner = [start + (stop - start) * part for part in (1e-12, 1 - 1e-12)]
    if slope(inner[0]) > 0 > slope(inner[1]):  # the search is right to half of the digits
        exact = optimize.brentq(slope, *inner, xtol=1e-17)
        assert exact == pytest.approx(found, abs=1e-6)
        found = exact
    else:
        end = start if less(inner[0]) < less(inner[1]) else stop
        assert end == pytest.approx(found, abs=1e-6)
        found = end
    return 2 * found + delta - delta**2


@pytest.mark.parametrize(
    "counts",
    [(5, 3, 2), (50, 30, 20), (18, 11, 2), (3, 0, 4), (0, 7, 2), (6, 1, 0), (250, 675, 75)],
)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_score_limits_are_where_the_test_at_the_searched_shares_just_rejects(counts, confidence):
    z = stats.norm.ppf(0.5 + confidence / 2)
    n, value = sum(counts), (counts[0] - counts[2]) / sum(counts)
    limits = [float(limit) for limit in net_scores.score(counts, confidence=confidence)]
    for limit in limits:
        statistic = (value - limit) / math.sqrt(null_variance(counts, limit) / n)
        assert abs(statistic) == pytest.approx(z, rel=1e-9)
    # The whole test inverted on a grid: what it keeps is what lies between the limits.
    for delta in np.linspace(-0.97, 0.97, 20):
        kept = abs(value - delta) <= z * math.sqrt(null_variance(counts, float(delta)) / n)
        assert kept == (limits[0] <= delta <= limits[1])


def test_variance_at_constrained_shares_in_forty_digits():
    mp = pytest.importorskip("mpmath").mp
    with mp.workdps(40):
        for counts, delta in [((5, 3, 2), -0.3), ((18, 11, 2), 0.25), ((291, 476, 395), 0.02)]:
            promoters, passives, detractors = counts
            d = mp.findroot(
                lambda d: promoters / (d + delta) - 2 * passives / (1 - 2 * d - delta)  # noqa: B023
                + detractors / d,  # noqa: B023
                (max(0, -delta) + mp.mpf("1e-9"), (1 - mp.mpf(delta)) / 2 - mp.mpf("1e-9")),
                solver="anderson",
            )  # fmt: skip
            mine = net_scores._constrained([float(part) for part in counts], delta)
            assert mine == pytest.approx(float(2 * d + delta - mp.mpf(delta) ** 2), rel=1e-14)


def below(counts, t):
    """P(p - d <= t) given the share of detractors, integrated over that share, piece by piece.

    The code integrates over the share that is not neutral instead.
    """
    a, b, c = np.add(counts, net_scores.ADDED)
    start, stop = max(0.0, -t), min(1.0, (1 - t) / 2)
    levels = 10.0 ** np.array([-17, -12, -8, -5, -3, -2, -1, -0.5])
    inner = np.concatenate(
        [special.betaincinv(c, a + b, levels), special.betainccinv(c, a + b, levels)]
    )
    edges = [start, *sorted(x for x in inner if start < x < stop), stop]
    found = float(special.betaincc(c, a + b, stop))
    constant = special.betaln(c, a + b)

    def density(d):
        share = np.clip((t + d) / (1 - d), 0, 1)
        log = special.xlogy(c - 1, d) + special.xlog1py(a + b - 1, -d)
        return np.exp(log - constant) * special.betainc(a, b, share)

    for first, last in itertools.pairwise(edges):
        # A substitution whose slope is 0 at both ends tames those where the density has no limit.
        u, weight = NODES
        x = first + (last - first) * u**4 * (35 - 84 * u + 70 * u**2 - 20 * u**3)
        slope = (last - first) * 140 * (u * (1 - u)) ** 3
        inside = (x > 0) & (x < 1)
        found += float(weight[inside] @ (density(x[inside]) * slope[inside]))
    return found


@pytest.mark.parametrize(
    "counts",
    [(5, 3, 2), (8, 0, 0), (1, 0, 0), (0, 1, 0), (0, 30, 0), (50, 30, 20), (4, 1, 400), (0, 0, 90)],
)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_bayesian_limits_leave_equal_tails(counts, confidence):
    low, high = (float(limit) for limit in net_scores.bayesian(counts, confidence=confidence))
    tail = 0.5 - confidence / 2
    assert below(counts, low) == pytest.approx(tail, abs=1e-12)
    assert below(counts, high) == pytest.approx(1 - tail, abs=1e-12)


@pytest.mark.parametrize(
    "counts",
    [
        (0, 10**7, 0), (5_000_000, 3_000_000, 2_000_000), (10**7, 0, 0), (9_000_000, 10**6, 1_000),
        (9_000_000, 1_000, 10**6), (10**6, 9_000_000, 100), (1, 10**6, 1), (10**7, 0, 10**7),
    ],
)  # fmt: skip
def test_bayesian_limits_of_millions_of_answers(counts):
    """Logarithms of millions of answers cost digits, here and in the check."""
    low, high = (float(limit) for limit in net_scores.bayesian(counts, confidence=0.95))
    assert below(counts, low) == pytest.approx(0.025, abs=1e-7)
    assert below(counts, high) == pytest.approx(0.975, abs=1e-7)


def test_bayesian_limits_by_a_double_integral():
    a, b, c = np.add((5, 3, 2), net_scores.ADDED)
    low, _ = net_scores.bayesian([5, 3, 2], confidence=0.9)
    constant = math.exp(math.lgamma(a + b + c) - sum(map(math.lgamma, (a, b, c))))

    def density(p, d):
        return constant * p ** (a - 1) * d ** (c - 1) * max(1 - p - d, 0.0) ** (b - 1)

    low = float(low)
    found, _ = integrate.dblquad(
        density, max(0.0, -low), 1.0, 0.0, lambda d: min(max(low + d, 0.0), 1 - d)
    )
    assert found == pytest.approx(0.05, abs=1e-7)  # the accuracy of the double integral


# -- definition ------------------------------------------------------------------------------------


@given(counts_of)
def test_moments_are_those_of_the_answers(counts):
    points = np.repeat([1.0, 0.0, -1.0], counts)
    value, variance = net_scores.moments(counts)
    assert float(value) == pytest.approx(points.mean(), abs=1e-14)
    assert float(variance) == pytest.approx(points.var(), abs=1e-14)
    low, high = net_scores.wald(counts, z=2.0)
    half = 2 * points.std() / math.sqrt(len(points))
    assert (float(low), float(high)) == pytest.approx(
        (points.mean() - half, points.mean() + half), abs=1e-12
    )


def test_shares_taken_as_independent_would_be_too_sure():
    """Of 250, 675 and 75 of 1000: 0.016027 leaves out 2 p d, and so do 14.3 to 20.5."""
    p, d, n = 0.25, 0.075, 1000
    careless = math.sqrt((p * (1 - p) + d * (1 - d)) / n)
    assert careless == pytest.approx(0.016027, abs=5e-7)
    _, variance = net_scores.moments([250, 675, 75])
    error = math.sqrt(float(variance) / n)
    assert error == pytest.approx(0.017157, abs=5e-7)
    assert error**2 == pytest.approx(careless**2 + 2 * p * d / n, rel=1e-12)
    for limits in (
        net_scores.wald([250, 675, 75], z=Z),
        net_scores.adjusted_wald([250, 675, 75], z=Z),
        net_scores.score([250, 675, 75], confidence=0.95),
        net_scores.bayesian([250, 675, 75], confidence=0.95),
    ):
        low, high = map(float, limits)
        assert low < 0.1425
        assert high > 0.2055


def test_effective_number_of_answers_puts_the_linearised_error_back():
    rng = np.random.default_rng(1)
    points, w = rng.integers(-1, 2, 60), rng.uniform(0.2, 5, 60)
    value = sum(w * points) / sum(w)
    squared = sum((a * (x - value)) ** 2 for a, x in zip(w, points, strict=True)) / sum(w) ** 2
    sums = [[(w**power)[points == kind].sum() for kind in (1, 0, -1)] for power in (1, 2)]
    _, variance = net_scores.moments(sums[0])
    assert float(variance / net_scores.effective_n(*sums)) == pytest.approx(squared, rel=1e-13)
    alike = float(net_scores.effective_n([w.sum(), 0, 0], [(w**2).sum(), 0, 0]))
    assert alike == pytest.approx(w.sum() ** 2 / (w**2).sum(), rel=1e-14)


def test_answers_of_clusters_are_worth_what_their_sums_scatter():
    rng = np.random.default_rng(3)
    points, w = rng.integers(-1, 2, 60), rng.uniform(0.2, 5, 60)
    cluster = rng.integers(0, 9, 60)
    value = sum(w * points) / sum(w)
    parts = [sum((w * (points - value))[cluster == one]) for one in range(9)]
    squared = 9 / 8 * sum(part**2 for part in parts) / sum(w) ** 2
    sums = [w[points == kind].sum() for kind in (1, 0, -1)]
    found = net_scores.clustered_n(
        7.0, sums=sums, scatter=sum(part**2 for part in parts), sizes=1.0, number=9
    )
    _, variance = net_scores.moments(sums)
    assert float(variance / found) == pytest.approx(squared, rel=1e-13)


def test_clusters_that_do_not_differ_are_worth_no_more_than_is_known():
    # Rows: residuals that cancel out, all alike in unequal clusters, one cluster, none.
    found = net_scores.clustered_n(
        [10.0, 10.0, 10.0, 0.0],
        sums=[[5, 0, 5], [10, 0, 0], [5, 0, 5], [0, 0, 0]],
        scatter=[1e-30, 0.0, 3.0, 0.0],
        sizes=[20.0, 50.0, 100.0, 0.0],
        number=[5, 2, 1, 0],
    )
    np.testing.assert_array_equal(found, [10, 2, np.nan, np.nan])


def test_bootstrap_percentiles_near_those_of_all_resamples():
    """All resamples of ten answers have known probabilities."""
    counts = np.array([5, 3, 2])
    outcomes = all_counts(10)
    probability = stats.multinomial.pmf(outcomes, 10, counts / 10)
    values, place = np.unique(outcomes @ [1, 0, -1], return_inverse=True)
    steps = np.cumsum(np.bincount(place, probability))
    exact = [values[np.searchsorted(steps, level)] / 10 for level in (0.025, 0.975)]
    rng = np.random.default_rng(0)
    found = net_scores.bootstrap(counts, confidence=0.95, draws=20_000, rng=rng)
    assert found == pytest.approx(exact, abs=1e-12)


# -- properties ------------------------------------------------------------------------------------

LIMITS = {
    "wald": lambda counts: net_scores.wald(counts, z=Z),
    "adjusted wald": lambda counts: net_scores.adjusted_wald(counts, z=Z),
    "score": lambda counts: net_scores.score(counts, confidence=0.95),
    "bayesian": lambda counts: net_scores.bayesian(counts, confidence=0.95),
}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@given(counts=counts_of)
def test_promoters_and_detractors_exchanged_negate_the_limits(limits, counts):
    low, high = limits(counts)
    mirrored = limits(counts[::-1])
    assert (-float(high), -float(low)) == pytest.approx(tuple(map(float, mirrored)), abs=1e-9)
    assert low <= high


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_arrays_have_the_limits_of_their_rows(limits):
    counts = np.array([[[5, 3, 2], [8, 0, 0]], [[0, 1, 0], [1, 1, 40]]])
    low, high = limits(counts)
    assert low.shape == high.shape == (2, 2)
    for at in np.ndindex(2, 2):
        assert (float(low[at]), float(high[at])) == tuple(map(float, limits(counts[at])))
    assert np.isnan(limits([0, 0, 0])).all()


@given(counts_of, st.floats(0.01, 0.999))
def test_score_limits_lie_on_the_scale_around_the_score(counts, confidence):
    low, high = net_scores.score(counts, confidence=confidence)
    value, _ = net_scores.moments(counts)
    assert -1 <= low <= value <= high <= 1
    wider = net_scores.score(counts, confidence=0.9995)
    assert wider[0] <= low
    assert high <= wider[1]


@pytest.mark.parametrize("counts", [(10**9, 0, 0), (0, 10**9, 0), (0, 0, 10**9)])
def test_intervals_narrower_than_numbers_can_tell(counts):
    low, high = net_scores.score(counts, confidence=1e-12)
    assert high - low < 1e-12


def test_with_many_answers_all_intervals_are_one():
    counts = [500_000, 300_000, 200_000]
    low, high = net_scores.wald(counts, z=Z)
    for limits in LIMITS.values():
        # They differ by terms of the order of 1/n.
        np.testing.assert_allclose(limits(counts), (low, high), atol=3e-6)
