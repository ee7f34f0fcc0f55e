"""The ledger: rows in = used + set aside, to the cent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.ledger import Ledger, LedgerLine

# -- worked example --------------------------------------------------------------------------------


def test_rows_and_money_in_are_used_plus_set_aside():
    ledger = Ledger(10, 100.0).less("missing date", 1, 9.5).less("after as_of", 4, 40.25, 3)
    assert (ledger.rows_used, ledger.amount_used) == (5, 50.25)
    assert ledger.set_aside[1] == LedgerLine("after as_of", 4, 40.25, 3)


def test_it_reads_like_a_bill():
    ledger = Ledger(1_234, 100.0).less("refunds", 2, -30.0, 1).noting("merged", 7)
    assert repr(ledger).splitlines() == [
        "Ledger",
        "  rows in                           1,234  100.00",
        "  set aside: refunds (1 customers)      2  -30.00",
        "  used                              1,232  130.00",
        "  note: merged                          7",
    ]
    assert "set aside: refunds" in ledger._repr_html_()
    assert list(ledger.to_frame().columns) == ["step", "rows", "amount", "customers"]


def test_a_log_without_money_has_no_amounts():
    ledger = Ledger(3).less("missing date", 1).noting("merged", 1, 0.0)
    assert ledger.amount_used is None
    assert ledger.set_aside[0].amount is None
    assert ledger.notes[0].amount is None
    assert repr(ledger).splitlines()[1] == "  rows in                  3"
    assert list(ledger.to_frame().columns) == ["step", "rows"]


# -- properties ------------------------------------------------------------------------------------


def test_nothing_is_written_of_no_rows():
    ledger = Ledger(3, 5.0)
    assert ledger.less("refunds", 0, 0.0) is ledger
    assert ledger.noting("merged", 0) is ledger


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_cents_add_up(cents):
    """Amounts of whole cents: the difference is right to far less than a cent."""
    ledger = Ledger(100 + len(cents), 1e6)
    for amount in cents:
        ledger = ledger.less("some reason", 1, amount / 100)
    assert ledger.amount_used == pytest.approx(1e6 - sum(cents) / 100, abs=1e-4)
    assert ledger.rows_used == 100


def test_it_is_strict_json_and_comparable():
    ledger = Ledger(3, 5.0).less("missing date", 1, 2.0)
    assert json.loads(json.dumps(ledger.to_dict(), allow_nan=False))["amount_used"] == 3.0
    assert ledger.equals(Ledger(3, 5.0).less("missing date", 1, 2.0))
    assert not ledger.equals(Ledger(3, 5.0))


# -- refusals --------------------------------------------------------------------------------------


def test_it_does_not_change():
    with pytest.raises(AttributeError):
        Ledger(3).rows_in = 4
