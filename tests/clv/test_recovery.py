"""A small run of `benchmarks/recovery.py`: known truths, simulated, fitted and found again."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, norm

import retentionkit as rk

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "recovery.py"
#: Customers and data sets; fewer sets of the models that take a tenth of a second to fit.
SIZES = {
    "BGNBD": (1_000, 100),
    "MBGNBD": (1_000, 100),
    "ParetoNBD": (2_000, 30),
    "NBD": (1_000, 100),
    "GammaGamma": (1_000, 100),
    "BGBB": (2_000, 30),
    "BetaBinomial": (1_000, 100),
    "ShiftedBetaGeometric": (1_000, 30),
    "BetaDiscreteWeibull": (4_000, 30),
}


@pytest.fixture(scope="module")
def recovery():
    spec = importlib.util.spec_from_file_location("recovery", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["recovery"] = module  # where a dataclass looks for the names of its annotations
    spec.loader.exec_module(module)
    yield module
    del sys.modules["recovery"]


@pytest.mark.parametrize("name", [*SIZES])
def test_the_truth_is_as_far_off_as_the_standard_errors_say(recovery, name):
    # On the log scale, errors over standard errors are nearly normal, so the sum of n independent
    # squares is nearly chi-square and their mean nearly normal with error 1/sqrt(n). Each of 28
    # parameters may leave its band for the sum with 3e-8 and for the mean with 2e-8: the nine
    # tests together fail by chance once in 700,000. The bands are 25 % wider for what a few
    # thousand customers lack of normality. Of 100 sets the sum lies within 32 and 249; standard
    # errors off by a factor of two make it 25 or 400. Of 30 sets it lies within 3.5 and
    # 118, which are expected of errors three times as large, or half as large, as they should be.
    customers, sets = SIZES[name]
    (case,) = [case for case in recovery.CASES if case.model == name]
    off = []
    for model, histories in recovery.data_sets(case, customers, sets):
        fit = type(model).fit(histories)
        assert fit.limit is None
        relative = np.sqrt(np.diag(fit.covariance)) / fit.model.parameters()
        off.append(np.log(fit.model.parameters() / case.truth) / relative)
    squares = (np.array(off) ** 2).sum(axis=0)
    low, high = 0.8 * chi2.ppf(1.5e-8, sets), 1.25 * chi2.isf(1.5e-8, sets)
    assert ((squares > low) & (squares < high)).all(), (squares, low, high)
    assert (np.abs(np.mean(off, axis=0)) < 1.25 * norm.isf(1e-8) / np.sqrt(sets)).all()


def test_a_study_counts(recovery):
    (case,) = [case for case in recovery.CASES if case.model == "NBD"]
    counts = recovery.study(case, customers=300, sets=4, profiles=2)
    assert counts.converged + counts.at_limit == 4
    assert np.shape(counts.wald) == (4, 2)
    assert np.shape(counts.profile) == (2, 2)
    cells = [cell.strip() for cell in counts.row(case).strip("|").split("|")]
    assert cells[:2] == ["NBD", "0.5, 10"]
    assert recovery.share([]) == "–"
    assert recovery.share([[True, False], [True, True]]) == "75.0 ± 50.0 %"


def test_every_model_is_a_case(recovery):
    fitted = {name for name in rk.clv.__all__ if hasattr(getattr(rk.clv, name), "_redrawn")}
    assert fitted <= {case.model for case in recovery.CASES}
    assert fitted == set(SIZES)
