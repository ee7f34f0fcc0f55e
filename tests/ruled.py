"""Customers to whom rules are put: by orders and mean order value, or by scores as given."""

import dataclasses
import itertools

import numpy as np
import pandas as pd

import retentionkit as rk


def log_of(rows):
    """A log of customer, date and amount."""
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    frame["date"] = pd.to_datetime(frame["date"])
    return rk.Transactions(frame)


def bought(*counts_and_means):
    """One customer for each number of orders and mean order value, in the last days of 2025."""
    return log_of(
        [
            (f"c{at}", f"2025-12-{28 - day:02d}", mean)
            for at, (orders, mean) in enumerate(counts_and_means)
            for day in range(orders)
        ]
    )


def table_of(*counts_and_means, window="12 months", currency=None):
    table = rk.rfm.measure(bought(*counts_and_means), as_of="2025-12-31", window=window)
    return dataclasses.replace(table, currency=currency)


def scores_of(cells, bins=(5, 5, 5), *, money=True):
    """Scores as given, beside measures that do not matter."""
    cells = np.array(cells, dtype=float).reshape(-1, 3)
    table = table_of(*[(1, 10.0)] * len(cells), window=None)
    return rk.rfm.RFMScores(
        table=table,
        recency=cells[:, 0],
        frequency=cells[:, 1],
        monetary=cells[:, 2] if money else None,
        bins=bins,
        weights=(1, 1, 1),
        cuts={},
        levels={},
        notes=(),
        definition="As given.",
    )


def grid(*bins):
    return list(itertools.product(*(range(1, size + 1) for size in bins)))
