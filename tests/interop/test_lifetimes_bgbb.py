"""lifetimes 0.11.3 as a second referee on the donations, in a process of its own."""

import json
import subprocess
import sys

import numpy as np
import pytest

from donations import donors
from retentionkit.clv import BGBB

PARAMETERS = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}

SCRIPT = """
import json, sys
import pandas as pd
from lifetimes import BetaGeoBetaBinomFitter

given = json.load(sys.stdin)
x, t_x, n, weight = (pd.Series(given[name]) for name in ("x", "t_x", "n", "weight"))
fit = BetaGeoBetaBinomFitter().fit(x, t_x, n, weight)
fixed = BetaGeoBetaBinomFitter()
fixed.params_ = pd.Series(given["parameters"])
found = {
    "parameters": dict(fit.params_),
    "standard_errors": dict(fit.standard_errors_),
    "log_likelihood": list(fixed._loglikelihood(list(fixed.params_), x, t_x, n)),
    "alive": [list(fixed.conditional_probability_alive(m, x, t_x, n)) for m in (0, 1, 4)],
    "ahead": list(fixed.conditional_expected_number_of_purchases_up_to_time(5, x, t_x, n)),
}
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def theirs():
    h = donors()
    arrays = {"x": h.frequency, "t_x": h.recency, "n": h.opportunities, "weight": h.weight}
    given = {name: array.tolist() for name, array in arrays.items()} | {"parameters": PARAMETERS}
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    text = json.dumps(given)
    done = subprocess.run(command, check=True, capture_output=True, text=True, input=text)
    return json.loads(done.stdout)


# Reference ---------------------------------------------------------------------------------------


def test_fit(theirs):
    fit = BGBB.fit(donors())
    for name, row in fit.parameters.items():
        # Their optimiser stops at a gradient of 1e-7 of the mean, about 1e-5 of each parameter.
        assert row.estimate == pytest.approx(theirs["parameters"][name], rel=2e-4)
        assert row.standard_error == pytest.approx(theirs["standard_errors"][name], rel=1e-3)


# Definition --------------------------------------------------------------------------------------


def test_the_same_functions_at_the_same_parameters(theirs):
    model, h = BGBB(**PARAMETERS, unit="year"), donors()
    # Theirs adds 1e-15 to the sum over the endings, which is seen in the thirteenth digit.
    close = {"rtol": 1e-11, "atol": 0}
    np.testing.assert_allclose(model.log_likelihood(h), theirs["log_likelihood"], **close)
    for after, expected in zip((0, 1, 4), theirs["alive"], strict=True):
        np.testing.assert_allclose(model.probability_alive(h, after), expected, **close)
    ahead = model.conditional_expected_purchases(h, 5)
    np.testing.assert_allclose(ahead, theirs["ahead"], **close)
