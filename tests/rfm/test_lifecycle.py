"""Lifecycle stages: days by hand, a naive twin over rows, boundaries to the day."""

import datetime as dt
import itertools
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from strategies import UNIT_DAYS, frame_of, logs, naive_events, to_columns

EPOCH = dt.date.fromisoformat("1970-01-01")
AS_OF = dt.date.fromisoformat("2025-06-30")
DEFAULT = ((6, "12 months"), (10, "1 month"))


def bought(**days_ago):
    """A log without money: customers, and how many days before `AS_OF` they ordered."""
    rows = [
        (name, dt.datetime.combine(AS_OF - dt.timedelta(days=ago), dt.time()), 1.0, 0)
        for name, agos in days_ago.items()
        for ago in agos
    ]
    columns = to_columns(rows)
    return rk.Transactions(
        frame_of("pandas", {name: columns[name] for name in ("customer_id", "date")}), amount=None
    )


def stages_of(log, **options):
    found = rk.rfm.lifecycle(log, **({"as_of": AS_OF} | options))
    return dict(zip(found.customer.tolist(), found.labels().tolist(), strict=True))


# -- worked example --------------------------------------------------------------------------------


def test_stages_by_hand():
    log = bought(
        very_first=[1_000, 2],
        fresh=[5],
        often=[300, 220, 150, 80, 40, 10],
        daily=[60, *range(10, 0, -1)],
        now_and_then=[150, 70],
        asleep=[400, 200],
        gone=[900, 500],
        back=[600, 30],
    )
    assert stages_of(log) == {
        "very_first": "returned",
        "fresh": "new",
        "often": "regular",
        "daily": "regular",
        "now_and_then": "active",
        "asleep": "dormant",
        "gone": "lost",
        "back": "returned",
    }


def test_cdnow_and_its_labels():
    log = rk.Transactions(rk.datasets.load_cdnow())
    found = rk.rfm.lifecycle(log, as_of="1998-03-31")
    assert found.names == ("new", "regular", "active", "dormant", "lost", "returned")
    assert found.chinese == ("新客户", "常客", "活跃客户", "沉睡客户", "流失客户", "回流客户")
    assert found.english[-1] == "Returned"
    assert found.counts.sum() == len(found) == 2_357
    since = found.table.days_since_last
    # 91 days are not more than 91.3, and 365 not more than 365.25.
    gone = {"lost": since > 365, "dormant": (since > 91) & (since <= 365)}
    for stage, expected in gone.items():
        np.testing.assert_array_equal(found.mask(stage), expected)
    assert found.table.equals(rk.rfm.measure(log, as_of="1998-03-31"))
    year = rk.rfm.measure(log, as_of="1998-03-31", window="12 months")
    often = year.customer[year.orders >= 6]
    assert set(found.customers("regular")) <= set(often)
    assert set(often) <= set(found.customers("regular", "returned", "dormant"))


# -- reference: the naive twin ---------------------------------------------------------------------


def length_of(text):
    if not isinstance(text, str):
        return text
    number, unit = text.split()
    return float(number) * UNIT_DAYS[unit.removesuffix("s")]


def naive_patience(patience, gaps):
    if not isinstance(patience, rk.rfm.OwnGap):
        return length_of(patience)
    if len(gaps) < patience.min_gaps:
        return length_of(patience.otherwise)
    return max(patience.times * statistics.median(gaps), length_of(patience.at_least))


def naive_stage(days, orders, end, opening, options):
    """The stage of a customer who ordered on these days, with so many orders on each."""
    gaps = [b - a for a, b in itertools.pairwise(days)]
    since = end - days[-1]
    if since > naive_patience(options["dormant_after"], gaps):
        late = since > naive_patience(options["lost_after"], gaps)
        return "lost" if late else "dormant"
    if end - days[0] < int(length_of(options["new_within"])) and days[0] != opening:
        return "new"
    for at, gap in enumerate(gaps):
        recent = end - days[at + 1] < int(length_of(options["returned_within"]))
        if recent and gap > naive_patience(options["dormant_after"], gaps[:at]):
            return "returned"
    for number, length in options["regular"]:
        inside = [
            n for day, n in zip(days, orders, strict=True) if end - day < int(length_of(length))
        ]
        if sum(inside) >= number:
            return "regular"
    return "active"


def naive_lifecycle(rows, *, by_order, until, options):
    events, _ = naive_events(rows, orders=by_order, until=until)
    opening = min((moment.date() - EPOCH).days for _, moment, _, _ in rows)
    end = (until - EPOCH).days
    first_line = {}
    for customer, moment, amount, order in rows:
        if amount >= 0 and moment.date() <= until:
            day = (moment.date() - EPOCH).days
            first_line[customer, order] = min(day, first_line.get((customer, order), day))
    found = {}
    for customer, bought_on in events.items():
        days = sorted(bought_on)
        begun = [day for (who, _), day in first_line.items() if who == customer]
        orders = [begun.count(day) if by_order else 1 for day in days]
        found[customer] = naive_stage(days, orders, end, opening, options)
    return found


own_gaps = st.builds(
    rk.rfm.OwnGap,
    st.sampled_from([0.5, 1, 1.5, 2, 3]),
    otherwise=st.integers(3, 30),
    min_gaps=st.integers(1, 4),
    at_least=st.sampled_from([0, "1 week"]),
)


@pytest.mark.filterwarnings("ignore:The log ends on")
@settings(max_examples=80)
@given(
    rows=logs(),
    by_order=st.booleans(),
    dormant_after=st.one_of(st.integers(2, 40), own_gaps, st.just("1 month")),
    lost_own=st.booleans(),
    new_within=st.integers(1, 60),
    returned_within=st.integers(1, 120),
    rules=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 90)), max_size=2),
    until=st.integers(0, 150),
)
def test_stages_equal_the_naive_twin(
    rows, by_order, dormant_after, lost_own, new_within, returned_within, rules, until
):
    lost_after = rk.rfm.OwnGap(4, otherwise=50) if lost_own else 41
    options = {
        "dormant_after": dormant_after,
        "lost_after": lost_after,
        "new_within": new_within,
        "returned_within": returned_within,
        "regular": rules,
    }
    day = dt.date.fromisoformat("2023-11-20") + dt.timedelta(days=until)
    log = rk.Transactions(frame_of("pandas", to_columns(rows)), order="order" if by_order else None)
    expected = naive_lifecycle(rows, by_order=by_order, until=day, options=options)
    if not expected:
        with pytest.raises(DataError, match="Nobody bought in the window"):
            rk.rfm.lifecycle(log, as_of=day, **options)
        return
    found = stages_of(log, as_of=day, **options)
    refunds = {customer for customer, stage in found.items() if stage == "refund_only"}
    assert refunds.isdisjoint(expected)
    assert found == expected | dict.fromkeys(refunds, "refund_only")


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agos", "options", "stage"),
    [
        ([500, 450, 91], {}, "active"),
        ([500, 450, 92], {}, "dormant"),
        ([180, 90], {"dormant_after": 90}, "active"),
        ([500, 450, 91], {"dormant_after": 90}, "dormant"),
        ([500, 365], {}, "dormant"),
        ([500, 366], {}, "lost"),
        ([29], {}, "new"),
        ([30], {}, "active"),
        ([0], {"new_within": 1}, "new"),
        ([1], {"new_within": 1}, "active"),
        ([181, 90], {}, "active"),
        ([182, 90], {}, "returned"),
        ([183, 91], {}, "active"),
        ([364, 5, 4, 3, 2, 1], {"returned_within": 1}, "regular"),
        ([365, 5, 4, 3, 2, 1], {"returned_within": 1}, "active"),
        ([364, 5, 4, 3, 2, 1], {"returned_within": 1, "regular": None}, "active"),
        ([60, 5, 4, 3], {"regular": (3, "1 week")}, "regular"),
        ([60, 5, 4, 3], {"regular": [(4, "1 week"), (1, "2 months")]}, "regular"),
        ([60, 5, 4, 3], {"regular": [(4, "1 week")]}, "active"),
    ],
)
def test_boundaries_to_the_day(agos, options, stage):
    log = bought(opening=[1_000], one=agos, latest=[0])
    assert stages_of(log, **options)["one"] == stage


def test_two_orders_of_one_day_count_as_two():
    moments = [AS_OF - dt.timedelta(days=ago) for ago in (400, 40, 3, 3, 3)]
    columns = {"customer_id": ["x", *"bbbb"], "date": moments, "order": [0, 1, 2, 3, 4]}
    log = rk.Transactions(frame_of("polars", columns), amount=None, order="order")
    assert stages_of(log, regular=(3, "1 week"))["b"] == "regular"
    assert stages_of(log, regular=(4, "1 week"))["b"] == "active"


def test_who_is_there_on_the_first_day_is_not_new():
    log = bought(present=[20, 5], later=[19, 5])
    found = rk.rfm.lifecycle(log, as_of=AS_OF)
    assert found.labels().tolist() == ["new", "active"]
    assert (
        "Not new, since it is not known when they came: 1 customer who ordered on the first day "
        "of the log. The log has no order before 2025-06-10 and does not hold all of the last 12 "
        "months."
    ) in found.definition
    _, later = bought(old=[100], present=[20, 5], later=[19, 5]).split(
        AS_OF - dt.timedelta(days=20)
    )
    assert stages_of(later) == {"present": "active", "later": "new"}


def test_own_gaps_are_those_known_at_the_time():
    own = rk.rfm.OwnGap(3)
    # Silent for 22 days, more than three weeks; or 21, not more.
    silent = bought(opening=[999], a=[50, 43, 36, 29, 22], b=[49, 42, 35, 28, 21])
    found = stages_of(silent, dormant_after=own)
    assert found == {"opening": "lost", "a": "dormant", "b": "active"}
    floored = rk.rfm.OwnGap(3, at_least=22)
    assert stages_of(silent, dormant_after=floored)["a"] == "active"
    # Back after 22 days, which were long for a weekly customer; not so for a slow one.
    fast = [*range(60, 31, -7), 10, 3]
    slow = [90, 60, 30, 5]
    found = stages_of(bought(opening=[999], fast=fast, slow=slow), dormant_after=own)
    assert found == {"opening": "lost", "fast": "returned", "slow": "active"}
    # The gap of 22 days was long when it ended, although later gaps are longer still.
    sparse = [*range(300, 271, -7), 250, 200, 150, 100, 50, 10]
    long_ago = {"dormant_after": own, "returned_within": 251}
    assert stages_of(bought(opening=[999], a=sparse), **long_ago)["a"] == "returned"


def test_nobody_is_lost_before_being_dormant():
    yearly = [4_000, 3_635, 3_270, 2_905, 2_540, 2_175, 1_810, 1_445, 1_080, 715]
    log = bought(opening=[9_999], yearly=yearly, latest=[0])
    assert stages_of(log)["yearly"] == "lost"
    assert stages_of(log, dormant_after=rk.rfm.OwnGap(3))["yearly"] == "active"
    options = {"dormant_after": rk.rfm.OwnGap(1.5), "lost_after": rk.rfm.OwnGap(2, otherwise=400)}
    assert stages_of(log, **options)["yearly"] == "dormant"


def test_refunds_only_stand_apart(kind):
    rows = [
        ("a", dt.datetime.fromisoformat("2025-01-05"), 20.0, 1),
        ("b", dt.datetime.fromisoformat("2025-01-06"), -5.0, 2),
        ("c", dt.datetime.fromisoformat("2025-01-07"), 5.0, 3),
    ]
    found = rk.rfm.lifecycle(rk.Transactions(frame_of(kind, to_columns(rows))))
    assert found.labels().tolist() == ["active", "refund_only", "new"]
    assert found.n_refund_only == 1
    assert type(found.to_frame()) is type(frame_of(kind, to_columns(rows)))


def test_the_definition_says_the_rules():
    log = bought(a=[400, 3], b=[20])
    text = rk.rfm.lifecycle(log, as_of=AS_OF, dormant_after=30, lost_after="1 year").definition
    assert text == (
        "The first that holds of lost (dormant, and no order for more than 1 year), dormant (no "
        "order for more than 30 days), new (first order in the last 1 month), returned (an order "
        "in the last 3 months ended such a silence), regular (at least this many orders: 6 in the "
        "last 12 months or 10 in the last 1 month); else active."
    )
    own = rk.rfm.OwnGap(3, otherwise="2 months")
    text = rk.rfm.lifecycle(log, as_of=AS_OF, dormant_after=own, regular=()).definition
    floored = rk.rfm.OwnGap(3, at_least="2 weeks")
    more = rk.rfm.lifecycle(log, as_of=AS_OF, dormant_after=floored).definition
    assert "between order days, but at least 2 weeks, or 3 months with fewer" in more
    assert "3 times the customer's own median gap between order days, or 2 months with" in text
    assert "With a gap of their own: 0 of 2 customers." in text
    assert "regular" not in text


def test_a_day_behind_the_log_is_warned_of():
    """All are silent there: 2,357 of CDNOW are lost thirteen years later."""
    log = rk.Transactions(rk.datasets.load_cdnow())
    with pytest.warns(RetentionKitWarning, match="The log ends on 1998-06-30, 4,901 days") as seen:
        found = rk.rfm.lifecycle(log, as_of="2011-11-30")
    assert seen[0].filename == __file__
    assert len(found.customers("lost")) == 2_357


def test_stages_of_two_dates_can_be_compared():
    log = rk.Transactions(rk.datasets.load_cdnow())
    before, after = (rk.rfm.lifecycle(log, as_of=day) for day in ("1997-09-30", "1998-03-31"))
    # No warning of windows of different length: the stages look back in ways of their own.
    moved = rk.rfm.migration(before, after)
    both = before.mask("dormant") & after.mask("lost")
    at = {name: place for place, name in enumerate(before.names)}
    assert moved.counts[at["dormant"], at["lost"]] == both.sum() > 0


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(rows=logs(), seed=st.integers(0, 99), own=st.booleans(), later=st.integers(0, 60))
def test_neither_row_order_nor_later_rows_matter(rows, seed, own, later):
    day = max(moment for _, moment, _, _ in rows).date()
    options = {"dormant_after": rk.rfm.OwnGap(2) if own else 20}
    found = stages_of(rk.Transactions(frame_of("pandas", to_columns(rows))), as_of=day, **options)
    shuffled = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]
    extra = dt.datetime.combine(day + dt.timedelta(days=1 + later), dt.time())
    more = [*shuffled, (99, extra, 1.0, 7), (1, extra, -3.0, 1)]
    again = rk.Transactions(frame_of("polars", to_columns(more)))
    assert stages_of(again, as_of=day, **options) == found


@settings(max_examples=30)
@given(rows=logs(refunds=False), shorter=st.integers(1, 30), more=st.integers(1, 30))
def test_more_patience_never_makes_more_dormant(rows, shorter, more):
    log = rk.Transactions(frame_of("pandas", to_columns(rows)))
    strict, patient = (
        rk.rfm.lifecycle(log, dormant_after=days).mask("dormant", "lost")
        for days in (shorter, shorter + more)
    )
    assert (patient <= strict).all()


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"dormant_after": "12 months"}, "silent for longer to be lost"),
        ({"dormant_after": 400}, "silent for longer to be lost"),
        ({"dormant_after": rk.rfm.OwnGap(3, otherwise="2 years")}, "silent for longer to be lost"),
        ({"lost_after": rk.rfm.OwnGap(3)}, "silent for longer to be lost"),
        (
            {"dormant_after": rk.rfm.OwnGap(3), "lost_after": rk.rfm.OwnGap(3, otherwise=400)},
            "silent for longer to be lost",
        ),
        ({"dormant_after": "3 moons"}, "`dormant_after` is not a duration"),
        ({"dormant_after": dt.timedelta(days=9)}, "`dormant_after` is a timedelta"),
        ({"dormant_after": None}, "`dormant_after` must be a finite number"),
        ({"lost_after": "ever"}, "`lost_after` is not a duration"),
        ({"new_within": 0.5}, "`new_within` is shorter than a day"),
        ({"returned_within": "0 days"}, "`returned_within` is shorter than a day"),
        ({"regular": (0, "12 months")}, "`regular` must be a finite number"),
        ({"regular": (2.5, "12 months")}, "`regular` must be a whole number"),
        ({"regular": (6, "often")}, "`regular` is not a duration"),
        ({"regular": (6, 0.2)}, "`regular` is shorter than a day"),
        ({"regular": [6]}, "`regular` is no rule of frequency"),
        ({"regular": 6}, "`regular` is no rule of frequency"),
        ({"regular": "6 in 12 months"}, "`regular` is no rule of frequency"),
        ({"as_of": "someday"}, "`as_of` is not a point in time"),
    ],
)
def test_nonsense_is_refused(options, match):
    with pytest.raises(OptionError, match=match):
        rk.rfm.lifecycle(bought(a=[3]), **options)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"times": 0}, "`times` must be a finite number"),
        ({"times": "3"}, "`times` must be a finite number"),
        ({"times": 3, "min_gaps": 0}, "`min_gaps` must be a finite number"),
        ({"times": 3, "min_gaps": 1.5}, "`min_gaps` must be a whole number"),
        ({"times": 3, "otherwise": "some time"}, "`otherwise` is not a duration"),
        ({"times": 3, "at_least": -1}, "`at_least` must be a finite number"),
    ],
)
def test_a_gap_that_is_none_is_refused(options, match):
    with pytest.raises(OptionError, match=match):
        rk.rfm.OwnGap(**options)


def test_other_things_are_refused():
    with pytest.raises(KindError, match="Parsed transactions are needed"):
        rk.rfm.lifecycle([1, 2])
    with pytest.raises(DataError, match="Nobody bought"):
        rk.rfm.lifecycle(bought(a=[3]), as_of="2020-01-01")
