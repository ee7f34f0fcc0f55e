"""Customers: one row each, attributes kept."""

import pytest

from retentionkit.customers import Customers
from retentionkit.errors import ColumnError, DataError, OptionError
from strategies import frame_of

COLUMNS = {"customer_id": [2, 1, 3], "tier": ["gold", "blue", None], "age": [30, 40, 50]}

# -- worked example --------------------------------------------------------------------------------


def test_attributes_come_back_in_the_caller_s_kind(kind):
    frame = frame_of(kind, COLUMNS)
    customers = Customers(frame, keep=("tier", "age"))
    assert (customers.n_customers, customers.keep, customers.kind) == (3, ("tier", "age"), kind)
    back = customers.to_frame()
    assert type(back) is type(frame)
    assert list(back["age"]) == list(frame["age"])
    assert list(back["customer_id"]) == list(frame["customer_id"])
    assert repr(customers) == "Customers(3 customers; tier, age)"


# -- refusals --------------------------------------------------------------------------------------


def test_ids_are_there_and_unique(kind):
    with pytest.raises(DataError, match="missing ids"):
        Customers(frame_of(kind, COLUMNS | {"customer_id": [1, None, 3]}), keep="tier")
    with pytest.raises(DataError, match="more than once") as caught:
        Customers(frame_of(kind, COLUMNS | {"customer_id": [1, 1, 3]}), keep="tier")
    assert "1, and 1 rows too many" in str(caught.value)
    with pytest.raises(DataError, match="no rows"):
        Customers(
            frame_of(kind, COLUMNS).head(0)
            if kind != "pyarrow"
            else frame_of(kind, COLUMNS).slice(0, 0),
            keep="tier",
        )


@pytest.mark.parametrize("keep", [(), ("tier", "tier"), ("customer_id",)])
def test_keep_names_attributes_once(keep):
    with pytest.raises(OptionError, match="`keep` has to name"):
        Customers(frame_of("pandas", COLUMNS), keep=keep)


def test_a_missing_column_is_named():
    with pytest.raises(ColumnError, match="no column 'city'"):
        Customers(frame_of("pandas", COLUMNS), keep="city")


def test_they_do_not_change():
    customers = Customers(frame_of("pandas", COLUMNS), keep="tier")
    with pytest.raises(AttributeError):
        customers.customer = "id"
