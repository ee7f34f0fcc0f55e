"""Stages of two waves: nobody lost, and nobody moved by missing evidence without a word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning

migration = rk.surveys.stage_migration


def wave(answers, again=None, *, ids=None, **options):
    ids = list("abcdefghij")[: len(answers)] if ids is None else ids
    return rk.surveys.satisfaction_stage(
        answers, repurchased=again, ids=ids, missing="drop", **options
    )


# -- worked example --------------------------------------------------------------------------------


def test_five_travellers_in_two_waves():
    spring = wave([2, 3, 5, 5, 4], [1, 0, 1, 0, 1], ids=list("abcde"), as_of="2025-03-31")
    autumn = wave([4, 3, 4, None, 1], [1, 1, 1, 0, 0], ids=list("abcdf"), as_of="2025-09-30")
    moved = migration(spring, autumn)
    assert moved.names == ("dissatisfied", "neutral", "satisfied", "loyal", "unanswered")
    assert moved.counts.tolist() == [
        [0, 0, 0, 1, 0, 0],  # a: dissatisfied, now loyal
        [0, 1, 0, 0, 0, 0],  # b
        [0, 0, 0, 0, 1, 0],  # d: asked, and did not answer
        [0, 0, 0, 1, 0, 1],  # c; e is gone
        [0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0],  # f is new
    ]
    assert moved.ranking == ("loyal", "satisfied", "neutral", "dissatisfied")
    assert moved.upgrade_rate().value == 1 / 5
    assert moved.downgrade_rate().value == 0
    assert moved.unproven == 0
    text = " ".join(repr(moved).split())
    assert "before 5 customers as of 2025-03-31: 2 stayed, 2 moved, 1 exited" in text
    assert "dissatisfied 1 to 2, neutral 3, satisfied 4 to 5, loyal who is satisfied" in text
    assert moved.chinese[:4] == ("不满意", "一般", "满意", "忠诚")
    both = migration(spring, autumn, scope="both")
    assert both.n_before == both.n_after == 4
    assert both.equals(moved.present_at_both())


def test_without_evidence_there_are_three_stages():
    moved = migration(wave([1, 5]), wave([3, 3]))
    assert moved.names == ("dissatisfied", "neutral", "satisfied")
    assert moved.upgrade_rate("dissatisfied").value == 1
    assert moved.downgrade_rate("satisfied").value == 1
    assert "as of" not in repr(moved)
    assert "loyal" not in repr(moved)


# -- definition ------------------------------------------------------------------------------------


def test_moves_by_missing_evidence_are_counted():
    spring = wave([5, 5, 4, 5, 2], [1, None, 1, 0, None])
    autumn = wave([5, 5, 4, 5, 5], [None, 1, 0, 1, 1])
    with pytest.warns(RetentionKitWarning, match="2 respondents moved between loyal and satisfied"):
        moved = migration(spring, autumn)
    # c and d moved: it is known of both at both dates. e moved, whatever it did.
    assert moved.unproven == 2
    assert "unproven" in repr(moved)
    assert "2 respondents loyal in one wave" in repr(moved)


answers = st.dictionaries(
    st.integers(0, 30), st.tuples(st.sampled_from([1, 2, 3, 4, 5, None]), st.booleans()), min_size=1
).filter(lambda wave: any(answer is not None for answer, _ in wave.values()))


@pytest.mark.filterwarnings("ignore:Nobody is in both waves")
@given(answers, answers)
def test_nobody_is_lost(first, second):
    waves = [
        wave([a for a, _ in rows.values()], [b for _, b in rows.values()], ids=list(rows))
        for rows in (first, second)
    ]
    moved = migration(*waves)
    assert moved.n_before == len(first)
    assert moved.n_after == len(second)
    assert moved.n_exited == len(first.keys() - second.keys())
    assert moved.n_entered == len(second.keys() - first.keys())
    before, after = (dict(zip(w.customer.tolist(), w.labels(), strict=True)) for w in waves)
    for i, name in enumerate(moved.names):
        for j, other in enumerate(moved.names):
            both = [c for c in before if before[c] == name and after.get(c) == other]
            assert moved.counts[i, j] == len(both)


# -- properties ------------------------------------------------------------------------------------


def test_answers_off_the_scale_have_a_row():
    moved = migration(
        wave([9, 5], invalid="drop"), wave([1, None]),
    )  # fmt: skip
    assert moved.names[3:] == ("unanswered", "invalid")
    assert moved.rate("invalid", "dissatisfied").value == 1
    assert moved.rate("satisfied", "unanswered").value == 1


def test_it_can_be_drawn():
    import matplotlib as mpl  # noqa: PLC0415 - only here

    mpl.use("Agg")
    ax = rk.plots.migration(migration(wave([1, 5, 3]), wave([3, 3, 5])))
    assert any("Neutral" in text.get_text() for text in ax.texts)
    mpl.pyplot.close("all")


def test_order_of_rows_does_not_matter():
    one = migration(wave([1, 5, 3], ids=[1, 2, 3]), wave([5, 1, 4], ids=[1, 2, 3]))
    two = migration(wave([3, 1, 5], ids=[3, 1, 2]), wave([1, 4, 5], ids=[2, 3, 1]))
    assert one.equals(two)
    assert np.array_equal(one.counts, two.counts)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "match"),
    [
        ({}, {"dissatisfied": 1}, "dissatisfied up to 2 before, up to 1 after"),
        ({}, {"scale": (1, 7)}, "scale 1 to 5 before, 1 to 7 after"),
        ({}, {"again": [1, 0]}, "evidence of loyalty none before, repurchase after"),
    ],
)
def test_stages_made_differently_are_refused(first, second, match):
    with pytest.raises(OptionError, match=match):
        migration(wave([1, 5], **first), wave([1, 5], **second))


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(KindError, match="These are no stages"):
        migration([1, 5], wave([1, 5]))
    with pytest.raises(OptionError, match="Without ids nobody can be followed"):
        migration(wave([1, 5]), rk.surveys.satisfaction_stage([1, 5]))
    late, early = wave([1], as_of="2025-09-30"), wave([1], as_of="2025-03-31")
    with pytest.raises(OptionError, match="must be earlier than"):
        migration(late, early)
    with pytest.raises(DataError, match="different kinds"):
        migration(wave([1], ids=[1]), wave([1], ids=["1"]))
    with pytest.raises(OptionError, match="`scope`"):
        migration(early, late, scope="some")


def test_waves_of_other_people_are_warned_of():
    first, second = (
        rk.surveys.satisfaction_stage([1, 5], ids=ids) for ids in (["a", "b"], ["c", "d"])
    )
    with pytest.warns(RetentionKitWarning, match="Nobody is in both waves"):
        rk.surveys.stage_migration(first, second)
