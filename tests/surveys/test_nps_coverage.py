"""How often intervals of the score hold it: the published table, computed again."""

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from retentionkit.surveys import NPS
from trinomials import METHODS, SIZES, all_counts, coverage, limits, probabilities, table, truths_of

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "nps-intervals.md"
LINE = re.compile(r"^\| (\d+) \| ([\w ]+) \| ([\d. |]+) \|$", re.MULTILINE)
NAMES = {"adjusted Wald": "adjusted-wald", "Wald": "wald", "Bayesian": "bayesian"}


@pytest.fixture(scope="module")
def published():
    """The rows of the page by size and method."""
    return {
        (int(n), NAMES.get(method, method)): tuple(map(float, numbers.split(" | ")))
        for n, method, numbers in LINE.findall(PAGE.read_text("utf-8"))
    }


@pytest.fixture(scope="module")
def computed():
    """All of the rows but one, which alone would take as long as the others."""
    quick = [method for method in METHODS if method != "bayesian"]
    return table(SIZES[:-1]) | table(SIZES[-1:], quick)


def test_the_published_table_is_the_computed_one(published, computed):
    assert set(published) == {(n, method) for n in SIZES for method in METHODS}
    assert set(published) - set(computed) == {(30, "bayesian")}
    for row, numbers in computed.items():
        # A number that lies between two tenths may be rounded up here and down there.
        assert published[row] == pytest.approx(numbers, abs=0.1001), row


def test_what_the_page_says_of_the_table(published):
    for n in SIZES:
        rows = {method: published[n, method] for method in METHODS}
        assert 95 <= rows["adjusted-wald"][2] <= 95.2
        assert rows["score"][0] >= 90
        assert max(rows["wald"][2], rows["bootstrap"][2]) < 93.6
        assert rows["adjusted-wald"][3] < rows["score"][3]
        assert rows["bayesian"][0] < rows["adjusted-wald"][0]
        for method in ("wald", "bootstrap"):
            assert rows[method][1] < 91.5  # also between the ends
    assert (published[5, "adjusted-wald"][0], published[30, "adjusted-wald"][0]) == (83.7, 93.4)


def test_nearer_to_the_edge_it_is_worse():
    least = [
        100 * coverage(name, 5, truths_of(100))[0].min() for name in ("adjusted-wald", "score")
    ]
    assert least == pytest.approx([82, 86], abs=0.5)


def test_probabilities_of_outcomes_by_fractions():
    truth = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    exact = [
        math.factorial(4)
        / math.prod(map(math.factorial, counts))
        * math.prod(share**k for share, k in zip(truth, counts, strict=True))
        for counts in all_counts(4).tolist()
    ]
    assert sum(exact) == pytest.approx(1)
    found = probabilities(4, np.array([[1 / 2, 1 / 3, 1 / 6]]))
    np.testing.assert_allclose(found[0], np.array(exact, dtype=float), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:All .* alike")
@pytest.mark.parametrize("method", METHODS)
def test_the_limits_of_the_table_are_those_of_nps(method):
    low, high = limits(method, 9)
    for at, (promoters, passives, detractors) in enumerate(all_counts(9).tolist()):
        if at % 5:
            continue
        found = NPS.from_counts(
            promoters=promoters, passives=passives, detractors=detractors, method=method
        )
        # Of ten thousand resamples, a limit may fall on the next step of a ninth.
        tolerance = 100 / 9 + 1e-9 if method == "bootstrap" else 1e-9
        assert found.interval.low == pytest.approx(100 * low[at], abs=tolerance)
        assert found.interval.high == pytest.approx(100 * high[at], abs=tolerance)


@pytest.mark.filterwarnings("ignore:All .* alike")
def test_coverage_of_simulated_surveys():
    """20,000 surveys of 8 answers: a standard error of at most 0.35 points."""
    truth = np.array([0.56, 0.3, 0.14])
    drawn, times = np.unique(
        np.random.default_rng(2).multinomial(8, truth, 20_000), axis=0, return_counts=True
    )
    for method in ("adjusted-wald", "wald", "score"):
        held = 0
        for counts, number in zip(drawn.tolist(), times.tolist(), strict=True):
            kinds = dict(zip(("promoters", "passives", "detractors"), counts, strict=True))
            interval = NPS.from_counts(**kinds, method=method).interval
            held += number * (interval.low <= 42 <= interval.high)
        covered, _ = coverage(method, 8, truth[None, :])
        assert held / 20_000 == pytest.approx(float(covered[0]), abs=0.012)


def test_the_truths_are_those_that_the_page_counts():
    truths = truths_of(50)
    assert len(truths) == 1_176
    assert len(all_counts(30)) == 496
    np.testing.assert_allclose(truths.sum(-1), 1)
    assert truths.min() == 0.02
