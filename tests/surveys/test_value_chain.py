"""From perceived value to loyalty: links by hand, partial correlations, moderation, coverage."""

import json
import math
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import ColumnError, DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import value_chain

THREE = {"perceived_value": "worth", "satisfaction": "csat", "repurchase": "again"}
ENDS = {"loyalty": "loyal", "advocacy": "recommend"}
MODERATORS = {"switching_cost": "cost", "attachment": "fond"}
EVERYTHING = THREE | ENDS | MODERATORS


def surveyed(n=300, *, seed=0):
    """Stages of which each is made of the one before it and noise."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((7, n))
    worth = noise[0]
    csat = 0.6 * worth + 0.8 * noise[1]
    again = 0.5 * csat + math.sqrt(0.75) * noise[2]
    return pd.DataFrame(
        {
            "worth": worth,
            "csat": csat,
            "again": again,
            "loyal": 0.7 * again + noise[3],
            "recommend": 0.3 * again + noise[4],
            "cost": noise[5],
            "fond": 2 + 3 * noise[6],
        }
    )


def row_of(chain, source, target):
    return next(row for row in chain.links if (row.source, row.target) == (source, target))


# -- worked example --------------------------------------------------------------------------------


def test_links_by_hand():
    frame = pd.DataFrame(
        {"worth": [1, 2, 3, 4, 5, 3], "csat": [1, 3, 2, 5, 4, 3], "again": [0, 0, 1, 1, 1, 0]}
    )
    chain = value_chain(frame, **THREE)
    first, second, direct = chain.links
    assert (first.source, first.target, first.held) == ("perceived_value", "satisfaction", ())
    assert first.neighbours
    assert first.association == pytest.approx(0.8)  # sums of products 8, of squares 10 each
    # The rate of yes rises by 1.5 / 10 per point, and a point is one over the square root of 2.
    assert second.difference == pytest.approx(2 / 10 * math.sqrt(2))
    assert second.association == pytest.approx(stats.pointbiserialr(
        frame["again"], frame["csat"]).statistic)  # fmt: skip
    assert direct.held == ("satisfaction",)
    assert not direct.neighbours
    r = frame.corr().to_numpy()
    partial = (r[0, 2] - r[0, 1] * r[1, 2]) / math.sqrt((1 - r[0, 1] ** 2) * (1 - r[1, 2] ** 2))
    assert direct.association == pytest.approx(partial)
    assert direct.correlation == pytest.approx(r[0, 2])
    assert direct.rank_correlation == pytest.approx(
        stats.spearmanr(frame["worth"], frame["again"]).statistic
    )
    assert chain.yes_or_no == ("repurchase",)
    assert chain.notes == ("Some links are made of 6 respondents: take them as a hint.",)


def test_pairs_of_the_whole_chain():
    chain = value_chain(surveyed(), **EVERYTHING)
    assert [(row.source, row.target, row.held) for row in chain.links] == [
        ("perceived_value", "satisfaction", ()),
        ("satisfaction", "repurchase", ()),
        ("repurchase", "loyalty", ()),
        ("repurchase", "advocacy", ()),
        ("perceived_value", "repurchase", ("satisfaction",)),
        ("satisfaction", "loyalty", ("repurchase",)),
        ("satisfaction", "advocacy", ("repurchase",)),
        ("perceived_value", "loyalty", ("satisfaction", "repurchase")),
        ("perceived_value", "advocacy", ("satisfaction", "repurchase")),
    ]
    assert [row.moderator for row in chain.moderation.rows] == ["switching_cost", "attachment"]
    assert chain.columns == EVERYTHING
    with pytest.raises(TypeError, match="item assignment"):
        chain.columns["satisfaction"] = "worth"
    with pytest.raises(TypeError, match="item assignment"):
        chain.missing["satisfaction"] = 1
    assert pickle.loads(pickle.dumps(chain)).equals(chain)  # noqa: S301 - our own
    some = value_chain(surveyed(), **THREE, advocacy="recommend")
    assert [row.target for row in some.links if row.source == "repurchase"] == ["advocacy"]
    assert some.moderation is None


# -- reference -------------------------------------------------------------------------------------


def test_partial_correlations_are_those_of_the_inverse():
    frame = surveyed()
    chain = value_chain(frame, **EVERYTHING)
    inverse = np.linalg.inv(frame[["worth", "csat", "again", "loyal"]].corr().to_numpy())
    expected = -inverse[0, 3] / math.sqrt(inverse[0, 0] * inverse[3, 3])
    assert row_of(chain, "perceived_value", "loyalty").association == pytest.approx(expected)


def test_limits_are_near_those_of_fisher_for_normal_answers():
    chain = value_chain(surveyed(4_000), **THREE)
    row = chain.links[0]
    plain = stats.pearsonr(*surveyed(4_000)[["worth", "csat"]].to_numpy().T).confidence_interval()
    # A robust error is known to a few per cent only.
    assert (row.low, row.high) == pytest.approx(tuple(plain), abs=0.004)


def test_differences_are_slopes():
    frame = surveyed()
    row = row_of(value_chain(frame, **EVERYTHING), "satisfaction", "loyalty")
    design = np.column_stack([np.ones(300), frame["csat"], frame["again"]])
    slope = np.linalg.lstsq(design, frame["loyal"].to_numpy(), rcond=None)[0][1]
    assert row.difference == pytest.approx(slope * frame["csat"].std())
    assert row.difference_low < row.difference < row.difference_high


def test_p_values_are_adjusted_for_all_of_them():
    chain = value_chain(surveyed(60), **EVERYTHING)
    rows = [*chain.links, *chain.moderation.rows]
    given_p = [row.p_value for row in rows]
    expected = rk.compare.adjusted_p_values(given_p)
    assert [row.adjusted_p_value for row in rows] == pytest.approx(expected.tolist())
    assert "11 of them (holm)" in chain.definition
    plain = value_chain(surveyed(60), **EVERYTHING, multiplicity="none")
    assert [row.adjusted_p_value for row in plain.links] == given_p[:9]
    assert "P-values not adjusted" in plain.definition


def test_moderation_is_a_regression_with_an_interaction():
    frame = surveyed().assign(again=lambda it: it["csat"] * (1 - 0.5 * it["cost"]) > 0)
    row = value_chain(frame, **THREE, switching_cost="cost").moderation.rows[0]
    z = stats.zscore(frame[["csat", "cost"]].to_numpy())
    design = np.column_stack([np.ones(300), z, z.prod(axis=1)])
    y = frame["again"].to_numpy(dtype=float)
    slopes = np.linalg.lstsq(design, y, rcond=None)[0]
    assert row.interaction == pytest.approx(slopes[3])
    assert row.at_low == pytest.approx(slopes[1] - slopes[3])
    assert row.at_high == pytest.approx(slopes[1] + slopes[3])
    bread = np.linalg.inv(design.T @ design)
    scaled = (y - design @ slopes) / (1 - ((design @ bread) * design).sum(axis=1))
    hc3 = bread @ (design * scaled[:, None] ** 2).T @ design @ bread
    half = stats.t.ppf(0.975, 296) * math.sqrt(hc3[3, 3])
    assert (row.low, row.high) == pytest.approx((slopes[3] - half, slopes[3] + half))
    contrast = np.array([0, 1, 0, 1])
    half = stats.t.ppf(0.975, 296) * math.sqrt(contrast @ hc3 @ contrast)
    assert row.at_high_high == pytest.approx(row.at_high + half)
    cost = frame["cost"]
    assert row.low_value == pytest.approx(cost.mean() - cost.std(ddof=0))
    assert row.n_high == (cost >= cost.mean() + cost.std(ddof=0)).sum()


# -- definition ------------------------------------------------------------------------------------


def test_nothing_is_left_where_the_stage_between_says_it_all():
    """A chain without a way around: the direct association is nil, and its interval covers."""
    covered, runs = 0, 400
    for seed in range(runs):
        direct = value_chain(surveyed(120, seed=seed), **THREE).links[2]
        covered += direct.low <= 0 <= direct.high
    # Standard error 1.1 points.
    assert 0.91 <= covered / runs <= 0.98


def test_moderation_is_found_and_covered():
    rng, covered, runs = np.random.default_rng(4), np.zeros(2), 400
    for _ in range(runs):
        s, m = rng.standard_normal((2, 250))
        rate = np.clip(0.5 + 0.12 * s - 0.06 * s * m, 0, 1)
        frame = pd.DataFrame(
            {"worth": m + s, "csat": s, "cost": m, "again": rng.random(250) < rate}
        )
        row = value_chain(frame, **THREE, switching_cost="cost").moderation.rows[0]
        covered += [row.low <= -0.06 <= row.high, row.at_low_low <= 0.18 <= row.at_low_high]
    assert ((covered / runs >= 0.915) & (covered / runs <= 0.98)).all()


def test_low_and_high_stay_within_the_data():
    frame = surveyed().assign(
        cost=lambda it: np.exp(2 * it["cost"]), fond=lambda it: it["fond"] > 2
    )
    skewed, flag = value_chain(frame, **EVERYTHING).moderation.rows
    assert skewed.low_value == frame["cost"].min()
    assert (skewed.n_low, flag.n_low + flag.n_high) == (1, 300)
    assert (flag.low_value, flag.high_value) == (0, 1)
    # At no and yes, the links are those of the two groups.
    group = frame[frame["fond"]]
    slope = np.polyfit(group["csat"], group["again"], 1)[0] * frame["csat"].std(ddof=0)
    assert flag.at_high == pytest.approx(slope)


def test_each_link_is_made_of_those_who_answered_what_it_needs():
    frame = surveyed()
    frame.loc[:9, "worth"] = np.nan
    frame.loc[5:19, "loyal"] = np.nan
    with pytest.raises(DataError, match=r"20 of 300 rows: worth 10, loyal 15(.|\n)*'drop'"):
        value_chain(frame, **EVERYTHING)
    chain = value_chain(frame, **EVERYTHING, missing="drop")
    assert row_of(chain, "perceived_value", "satisfaction").n == 290
    assert row_of(chain, "satisfaction", "repurchase").n == 300
    assert row_of(chain, "perceived_value", "loyalty").n == 280
    assert chain.missing["loyalty"] == 15
    assert "missing      perceived_value 10, loyalty 15" in repr(chain)
    alone = value_chain(frame.drop(index=range(10)), **THREE)
    assert chain.links[0].association == pytest.approx(alone.links[0].association, rel=1e-12)


def test_what_nobody_answered_together_is_undefined():
    frame = surveyed(40)
    frame.loc[:19, "csat"] = np.nan
    frame.loc[20:, "cost"] = np.nan
    frame.loc[20:, "worth"] = np.nan
    chain = value_chain(frame, **THREE, switching_cost="cost", missing="drop")
    assert (chain.links[0].n, chain.moderation.rows[0].n) == (0, 0)
    assert math.isnan(chain.links[0].association)
    assert math.isnan(chain.links[0].difference)
    assert math.isnan(chain.moderation.rows[0].at_low)
    assert "–" in repr(chain)
    assert "–" in repr(chain.moderation)
    assert "adjusted for 1 of them" in " ".join(repr(chain).split())
    json.dumps(chain.to_dict(), allow_nan=False)
    # Two of them vary, but not among those who answered both.
    frame = surveyed(40).assign(again=[1.0] * 20 + [0.0] * 20)
    frame.loc[20:, "cost"] = np.nan
    flat = value_chain(frame, **THREE, switching_cost="cost", missing="drop").moderation.rows[0]
    assert (flat.n, flat.interaction) == (20, 0)
    assert math.isnan(flat.low)
    frame.loc[:19, "cost"] = [2.0] * 20
    frame.loc[39, "cost"], frame.loc[39, "csat"] = 3, np.nan
    still = value_chain(frame, **THREE, switching_cost="cost", missing="drop").moderation.rows
    assert math.isnan(still[0].at_high)


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=30)  # each fits a dozen lines twice
@given(st.integers(0, 2**32 - 1))
def test_units_do_not_matter(seed):
    frame = surveyed(40, seed=seed)
    one = value_chain(frame, **EVERYTHING)
    two = value_chain(10 + 3 * frame, **EVERYTHING)
    for mine, other in zip(one.links, two.links, strict=True):
        assert mine.association == pytest.approx(other.association, abs=1e-9)
        assert mine.low == pytest.approx(other.low, abs=1e-9)
        assert 3 * mine.difference == pytest.approx(other.difference, abs=1e-9)
        assert mine.low < mine.association < mine.high


def test_order_of_rows_does_not_matter():
    frame = surveyed()
    found = value_chain(frame, **EVERYTHING)
    assert value_chain(frame.sample(frac=1, random_state=3), **EVERYTHING).equals(found)


def test_every_kind_of_frame(kind):
    frame = surveyed(50).assign(again=lambda it: it["again"] > 0)
    make = {"pandas": lambda it: it, "polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}
    chain = value_chain(make[kind](frame), **EVERYTHING)
    assert [row.association for row in chain.links] == [
        row.association for row in value_chain(frame, **EVERYTHING).links
    ]
    assert type(chain.to_frame()) is type(make[kind](frame))
    assert type(chain.moderation.to_frame()) is type(make[kind](frame))
    json.dumps(chain.to_dict(), allow_nan=False)


def test_what_is_printed():
    frame = surveyed().assign(again=lambda it: it["again"] > 0)
    chain = value_chain(frame, **EVERYTHING)
    text = repr(chain)
    assert "yes or no    repurchase" in text
    assert "Association, not" in text
    assert "raising one stage raises the next" in " ".join(text.split())
    assert "near 0 or 1 a rate cannot change much" in " ".join(text.split())
    assert "< 0.001" in text
    assert max(map(len, text.splitlines())) <= 100
    assert max(map(len, repr(chain.moderation).splitlines())) <= 100
    assert "yes or no" not in repr(value_chain(surveyed(), **THREE))
    assert "there or below" in repr(chain.moderation)
    table = chain.to_frame()
    assert list(table.columns[:4]) == ["source", "target", "held", "n"]
    assert table.loc[1, ["source_zh", "target_zh"]].tolist() == ["满意度", "复购"]
    assert chain.moderation.to_frame()["moderator_zh"].tolist() == ["转换成本", "情感依恋"]


def test_one_link():
    chain = value_chain(surveyed(), **THREE)
    found = chain.link("perceived_value", "repurchase")
    assert found.value == chain.links[2].association
    assert found.interval.low == chain.links[2].low
    assert "with satisfaction held" in found.definition
    assert "held" not in chain.link("satisfaction", "repurchase").definition
    with pytest.raises(OptionError, match="no such link"):
        chain.link("repurchase", "satisfaction")
    with pytest.raises(OptionError, match="`target`"):
        chain.link("satisfaction", "profit")


def whole(n=200, *, seed=3):
    """Whole answers from 1 to 5 and 0 to 10, and a yes or no."""
    frame = surveyed(n, seed=seed)
    return pd.DataFrame(
        {
            "worth": (3 + frame["worth"]).round().clip(1, 5),
            "csat": (3 + frame["csat"]).round().clip(1, 5),
            "again": frame["again"] > 0,
            "recommend": (6 + 2 * frame["recommend"]).round().clip(0, 10),
        }
    )


def test_codes_are_refused_on_a_scale_and_pointed_out_without():
    options = THREE | {"advocacy": "recommend"}
    scale = {"satisfaction": (1, 5), "advocacy": (0, 10)}
    plain = value_chain(whole(), **options)
    assert value_chain(whole(), **options, scale=scale).equals(plain)
    # One pair is not one of the yes or no.
    assert value_chain(whole(), **THREE, scale=(1, 5)).equals(value_chain(whole(), **THREE))
    frame = whole()
    frame.loc[:4, "recommend"] = 99
    with pytest.raises(DataError, match=r"5 answers of 'advocacy' such as 99(.|\n)*0 to 10"):
        value_chain(frame, **options, scale=scale)
    with pytest.warns(RetentionKitWarning, match=r"5 answers of 'advocacy' \(99\)"):
        value_chain(frame, **options)
    frame.loc[:4, "recommend"] = [88, 88, 99, 99, 99]
    with pytest.warns(RetentionKitWarning, match=r"5 answers of 'advocacy' \(88, 99\)"):
        value_chain(frame, **options, scale={"satisfaction": (1, 5)})
    frame.loc[:4, "recommend"] = -99
    with pytest.warns(RetentionKitWarning, match=r"5 answers of 'advocacy' \(-99\)"):
        value_chain(frame, **options)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"missing": "pairwise"}, "`missing`"),
        ({"multiplicity": "tukey"}, "`multiplicity`"),
        ({"confidence": 1}, "`confidence`"),
        ({"satisfaction": "worth"}, "asked for twice"),
        ({"scale": 5}, "`scale` is the lowest and the highest answer"),
        ({"scale": {"csat": (1, 5)}}, r"`scale` names what is not there(.|\n)*'csat'"),
    ],
)
def test_options_that_are_refused(options, match):
    with pytest.raises(OptionError, match=match):
        value_chain(surveyed(), **(THREE | options))


def test_columns_that_are_refused():
    frame = surveyed()
    with pytest.raises(ColumnError, match="trust"):
        value_chain(frame, **THREE, loyalty="trust")
    with pytest.raises(ColumnError, match="None"):
        value_chain(frame, **(THREE | {"satisfaction": None}))
    with pytest.raises(DataError, match=r"`repurchase`, column 'again': 1 throughout"):
        value_chain(frame.assign(again=True), **THREE)
    with pytest.raises(DataError, match=r"`loyalty`, column 'loyal': no answer"):
        value_chain(frame.assign(loyal=np.nan), **THREE, loyalty="loyal", missing="drop")
    with pytest.raises(DataError, match="csat"):
        value_chain(frame.assign(csat="high"), **THREE)
