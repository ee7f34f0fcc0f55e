"""What the Pareto/NBD of lifetimes says about CDNOW, as JSON; run in a process of its own."""

from __future__ import annotations

import json
import sys

import pandas as pd
from lifetimes import ParetoNBDFitter

from retentionkit import Transactions, purchase_histories
from retentionkit.datasets import load_cdnow


def numbers(parameters: dict[str, float]) -> dict[str, object]:
    """At given parameters, so that only the formulas are compared and not two optimisers."""
    h = purchase_histories(Transactions(load_cdnow()), as_of="1997-09-30")
    columns = h.frequency, h.recency, h.age
    fitter = ParetoNBDFitter()
    fitter.params_ = pd.Series(parameters)
    expect = fitter.conditional_expected_number_of_purchases_up_to_time
    return {
        "log_likelihood": list(
            fitter._conditional_log_likelihood(list(parameters.values()), *columns)
        ),
        "probability_alive": list(fitter.conditional_probability_alive(*columns)),
        "conditional_expected_purchases": list(expect(39, *columns)),
        "expected_purchases": float(fitter.expected_number_of_purchases_up_to_time(39)),
    }


if __name__ == "__main__":
    json.dump(numbers(json.loads(sys.argv[1])), sys.stdout)
