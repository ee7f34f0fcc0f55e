"""The simulated survey against the truth that it is drawn from."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.special import ndtr

from retentionkit.datasets import SurveyTruth, simulate_survey
from retentionkit.errors import OptionError

SIZE = 60_000
TRUTH = SurveyTruth()


@pytest.fixture(scope="module")
def answers():
    return simulate_survey(SIZE)


def points(frame):
    recommend = frame["recommend"].to_numpy()
    return (recommend >= 9).astype(float) - (recommend <= 6)


def deviation(values, expected):
    """Distance of a mean from what it should be, in standard errors."""
    values = np.asarray(values, dtype=float)
    return abs(values.mean() - expected) / (values.std() / np.sqrt(len(values)))


# Definition: within five standard errors of the truth --------------------------------------------


@pytest.mark.parametrize("segment", TRUTH.scores)
@pytest.mark.parametrize("wave", [1, 2])
def test_scores_and_passives(answers, segment, wave):
    here = answers[(answers["segment"] == segment) & (answers["wave"] == wave)]
    assert deviation(100 * points(here), TRUTH.scores[segment][wave - 1]) < 5
    assert deviation(points(here) == 0, TRUTH.passives) < 5
    assert deviation((answers["segment"] == segment), TRUTH.mix[segment]) < 5


@pytest.mark.parametrize("wave", [1, 2])
def test_the_score_of_all(answers, wave):
    assert deviation(100 * points(answers[answers["wave"] == wave]), TRUTH.score(wave)) < 5


@pytest.mark.parametrize(("kind", "rate"), list(zip([1, 0, -1], TRUTH.returned, strict=True)))
def test_who_comes_back(answers, kind, rate):
    here = answers[points(answers) == kind]
    assert deviation(here["returned"], rate) < 5
    locked = here[here["switching_cost"] == 5]["returned"]
    assert deviation(locked, rate + 0.1) < 5
    assert deviation(here[here["switching_cost"] == 1]["returned"], rate - 0.1) < 5


def test_only_who_comes_back_spends(answers):
    assert (answers["spend"].gt(0) == answers["returned"]).all()


def test_touchpoints_matter_in_the_order_of_their_weights():
    # Without common parts, correlation with the experience grows with the weight alone.
    found = simulate_survey(SIZE).corr(numeric_only=True)["satisfaction"]
    ranked = found[list(TRUTH.importance)].sort_values().index.tolist()
    assert ranked == sorted(TRUTH.importance, key=TRUTH.importance.__getitem__)


def test_touchpoints_are_rated_in_the_order_that_was_stated(answers):
    means = answers[list(TRUTH.importance)].mean().sort_values().index.tolist()
    assert means == sorted(TRUTH.importance, key=lambda name: TRUTH.rated.get(name, 0.0))
    low, high = (answers["pace"] <= 2, answers["guide"] <= 2)
    # The lowest two answers have a fifth of a middling touchpoint: below -0.8416.
    assert deviation(low, ndtr(-0.841621 + 0.6)) < 5
    assert deviation(high, ndtr(-0.841621 - 0.5)) < 5


def test_the_same_people_are_alike_in_both_waves_of_a_panel():
    panel = simulate_survey(SIZE // 4, panel=True)
    first, second = (panel[panel["wave"] == wave] for wave in (1, 2))
    assert first["customer_id"].tolist() == second["customer_id"].tolist()
    assert first["segment"].tolist() == second["segment"].tolist()
    assert np.corrcoef(points(first), points(second))[0, 1] > 0.1
    others = simulate_survey(SIZE // 4)
    one, two = (points(others[others["wave"] == wave]) for wave in (1, 2))
    assert abs(np.corrcoef(one, two)[0, 1]) < 5 / np.sqrt(SIZE / 4)
    assert others["customer_id"].is_unique


# Properties --------------------------------------------------------------------------------------


def test_answers_lie_on_their_scales(answers):
    scales = {"recommend": (0, 10), "satisfaction": (1, 5), "ease": (1, 7), "guide": (1, 5)}
    for name, (low, high) in scales.items():
        assert set(answers[name]) == set(range(low, high + 1))


def test_waves_take_their_ninety_days(answers):
    first = answers.groupby("wave")["date"].agg(["min", "max"])
    assert first["min"].tolist() == [pd.Timestamp("2025-01-01"), pd.Timestamp("2025-04-02")]
    assert first["max"].tolist() == [pd.Timestamp("2025-03-31"), pd.Timestamp("2025-06-30")]


def test_questions_left_out():
    found = simulate_survey(5_000, unanswered=0.1)
    asked = found.drop(columns=["customer_id", "date", "wave", "segment", "returned", "spend"])
    assert deviation(asked.isna().to_numpy().ravel(), 0.1) < 5
    assert found[["segment", "returned", "spend"]].notna().all(axis=None)
    assert simulate_survey(5, unanswered=0.3, kind="polars")["ease"].null_count() > 0


def test_the_same_seed_makes_the_same_answers():
    found = simulate_survey(50)
    assert found.equals(simulate_survey(50, rng=np.random.default_rng(0)))
    assert not found.equals(simulate_survey(50, rng=1))


@pytest.mark.parametrize(("kind", "type_"), [("polars", pl.DataFrame), ("pyarrow", pa.Table)])
def test_every_kind_of_frame_holds_the_same(kind, type_):
    found = simulate_survey(50, kind=kind)
    assert isinstance(found, type_)
    plain = found.to_pandas()
    assert plain["recommend"].tolist() == simulate_survey(50)["recommend"].tolist()


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "match"),
    [
        ({"passives": 1.5}, "`passives`"),
        ({"returned": (0.95, 0.5, 0.5)}, "`returned`"),
        ({"scores": {"all": (90,)}, "mix": {"all": 1}}, "so many passives"),
        ({"scores": {"all": ()}, "mix": {"all": 1}}, "do not fit together"),
        ({"scores": {"a": (1,), "b": (1, 2)}, "mix": {"a": 1, "b": 1}}, "do not fit together"),
        ({"scores": {"a": (1,)}, "mix": {"b": 1}}, "do not fit together"),
        ({"scores": {"a": (1,)}, "mix": {"a": 0}}, "`mix` cannot be negative"),
        ({"rated": {"guide": float("nan")}}, "`rated`"),
        ({"importance": {"guide": -1, "hotel": 3}}, "`importance` cannot be negative"),
    ],
)
def test_what_cannot_be_true(truth, match):
    with pytest.raises(OptionError, match=match):
        SurveyTruth(**truth)


@pytest.mark.parametrize(
    "options", [{"n_respondents": 0}, {"unanswered": 2}, {"kind": "spark"}, {"start": "soon"}]
)
def test_numbers_out_of_range(options):
    with pytest.raises(OptionError, match=f"`{next(iter(options))}`"):
        simulate_survey(**({"n_respondents": 5} | options))
