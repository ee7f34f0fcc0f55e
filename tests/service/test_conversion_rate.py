"""Conversion: counts, truth values, and times in which the latest are neither yes nor no."""

import datetime as dt
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import DataError, OptionError
from retentionkit.service import conversion_rate

DAY = dt.date(2026, 1, 1)


def contacts_of(rows):
    start = pd.Timestamp(DAY)
    return pd.DataFrame(
        {
            name: pd.to_datetime(
                [None if row[at] is None else start + pd.Timedelta(days=row[at]) for row in rows]
            )
            for at, name in enumerate(("asked", "bought"))
        }
    )


def until(days):
    return str(DAY + dt.timedelta(days=days))


def counts(group):
    return group.converted, group.not_converted, group.not_observed


#: Day of the enquiry and of the purchase; as of day 60.
ROWS = [(0, 10), (0, 30), (0, 31), (5, None), (40, 45), (50, None), (0, 70)]

SHOPS = pd.DataFrame({"converted": [1, 0, 1], "shop": ["a", "a", "b"]})

# -- worked example --------------------------------------------------------------------------------


def test_counts_on_a_stated_base():
    found = conversion_rate(28, n=140, of="enquiries")
    assert found.value == 0.2
    limits = stats.binomtest(28, 140).proportion_ci(0.95, method="wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(limits), rel=1e-12)
    assert found.to_frame()["enquiries"].tolist() == [140]
    assert "over all enquiries" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_only_who_was_observed_that_long():
    found = conversion_rate(
        contacts_of(ROWS), contacted="asked", converted="bought", within="30 days",
        of="enquiries", as_of=until(60),
    )  # fmt: skip
    # The fifth bought after five days, but was seen for twenty: neither, like the sixth.
    assert counts(found.group()) == (2, 3, 2)
    assert found.value == 2 / 5
    assert found.n == 5
    assert "within 30 days over enquiries that were observed as long" in found.definition
    assert "2026-03-02" in found.definition


def test_without_a_time_all_count():
    found = conversion_rate(
        contacts_of(ROWS), contacted="asked", converted="bought", as_of=until(60)
    )
    assert counts(found.group()) == (4, 3, 0)
    assert "however recent" in found.definition


# -- reference -------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(0, 50)), min_size=1, max_size=12)
)
def test_counts_are_those_of_a_loop(rows):
    frame = contacts_of([(a, None if b is None else a + b) for a, b in rows])
    found = conversion_rate(
        frame, contacted="asked", converted="bought", within="30 days", as_of=until(60)
    )
    # A date counts to its end, so that who asked on day 30 was seen for all of 30 days.
    seen = [(a, b) for a, b in rows if a <= 30]
    yes = sum(b is not None and b <= 30 and a + b <= 60 for a, b in seen)
    assert counts(found.group()) == (yes, len(seen) - yes, len(rows) - len(seen))


# -- definition ------------------------------------------------------------------------------------


def test_truth_values(kind):
    columns = {"converted": [True, False, None, True], "shop": ["a", "a", "a", None]}
    if kind == "pandas":
        frame = pd.DataFrame(columns)
    else:
        library = pytest.importorskip(kind)
        frame = library.DataFrame(columns) if kind == "polars" else library.table(columns)
    found = conversion_rate(frame, by="shop", missing="drop")
    assert counts(found.group("a")) == (1, 1, 0)
    assert counts(found.group(None)) == (1, 0, 0)
    assert found.reasons == {"without `converted`": 1}
    assert "set aside" in repr(found)
    assert found.kind == kind
    assert conversion_rate(pd.DataFrame({"converted": [1, 0, 0, 0]})).value == 0.25


def test_without_a_group_nobody_is_taken_for_everybody():
    frame = pd.DataFrame({"converted": [1, 0, 1], "shop": ["a", "a", None]})
    found = conversion_rate(frame, by="shop")
    for name in ("rate", "value", "interval"):
        with pytest.raises(OptionError, match="of each group, and none of them is everybody"):
            getattr(found, name)
    with pytest.raises(OptionError, match="no such group"):
        found.group("b")
    assert found.group(None).rate.value == 1


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.permutations(ROWS))
def test_order_of_rows_does_not_matter(rows):
    options = {"contacted": "asked", "converted": "bought", "within": "30 days"}
    found = conversion_rate(contacts_of(rows), **options)
    assert found.equals(conversion_rate(contacts_of(ROWS), **options))


def test_nobody_was_observed_long_enough():
    found = conversion_rate(
        contacts_of([(0, 1)]), contacted="asked", converted="bought", within="30 days"
    )
    assert counts(found.group()) == (0, 0, 1)
    assert found.to_dict()["groups"][0]["rate"]["value"] is None


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contacts", "options", "error", "match"),
    [
        (28, {}, OptionError, "`n` must be"),
        (28, {"n": 20}, OptionError, "`contacts` must be"),
        (2.5, {"n": 20}, OptionError, "`contacts` must be a whole number"),
        (True, {"n": 20}, OptionError, "`contacts` must be"),
        (contacts_of(ROWS), {"n": 7}, OptionError, "nothing beside a frame"),
        (contacts_of(ROWS), {"within": "30 days"}, OptionError, "nothing without contacted="),
        (contacts_of(ROWS), {"as_of": "2026-01-01"}, OptionError, "nothing without contacted="),
        (contacts_of(ROWS), {"time_zone": "Mars"}, OptionError, "nothing without contacted="),
        (contacts_of(ROWS), {"invalid": "drop"}, OptionError, "nothing without contacted="),
        (contacts_of(ROWS), {"converted": "bought"}, DataError, "does not say yes or no"),
        (contacts_of(ROWS), {"converted": "bought"}, DataError, "contacts as well, with contacted"),
        (contacts_of(ROWS)[:0], {"converted": "bought"}, DataError, "has no rows"),
        (28, {"n": 140, "of": 5}, OptionError, "Nothing says what the rate is a share of"),
        (28, {"n": 140, "of": "rate"}, OptionError, "another column of the name that `of`"),
        (SHOPS, {"by": "rate"}, OptionError, "another column of the name that `by`"),
        (SHOPS.rename(columns={"shop": "contacts"}), {"by": "contacts"}, OptionError, "`by`"),
        (pd.DataFrame({"converted": [True, None]}), {}, DataError, "has missing values"),
        (28, {"n": 140, "missing": "keep"}, OptionError, "`missing` is not one of"),
        (28, {"n": 140, "invalid": "keep"}, OptionError, "`invalid` is not one of"),
    ],
)
def test_refusals(contacts, options, error, match):
    with pytest.raises(error, match=match):
        conversion_rate(contacts, **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("by", "x"),
        ("contacted", "asked"),
        ("converted", "bought"),
        ("within", "30 days"),
        ("as_of", "2026-01-01"),
        ("time_zone", "Mars"),
        ("missing", "drop"),
        ("invalid", "drop"),
    ],
)
def test_options_of_rows_mean_nothing_beside_a_number(name, value):
    with pytest.raises(OptionError, match=rf"nothing beside a number.\n  received: {name}=\n"):
        conversion_rate(28, n=140, **{name: value})


def test_refusals_of_rows():
    options = {"contacted": "asked", "converted": "bought"}
    with pytest.raises(DataError, match="converted before contacted"):
        conversion_rate(contacts_of([(5, 4)]), **options)
    with pytest.raises(DataError, match="no beginning"):
        conversion_rate(contacts_of([(None, 4), (1, 2)]), **options)
    with pytest.raises(OptionError, match="no such group"):
        conversion_rate(28, n=140).group("web")
