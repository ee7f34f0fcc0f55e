"""lifetimes 0.11.3 as a second referee on Pareto/NBD, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retentionkit import Transactions, purchase_histories
from retentionkit.clv import ParetoNBD
from retentionkit.datasets import load_cdnow

SCRIPT = Path(__file__).with_name("lifetimes_pareto_nbd.py")
PARAMETERS = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}


@pytest.fixture(scope="module")
def theirs():
    command = [sys.executable, "-W", "ignore", str(SCRIPT), json.dumps(PARAMETERS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def histories():
    return purchase_histories(Transactions(load_cdnow()), as_of="1997-09-30")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("log_likelihood", ()),
        ("probability_alive", ()),
        ("conditional_expected_purchases", (39,)),
    ],
)
def test_customers_are_told_the_same(histories, theirs, name, arguments):
    ours = getattr(ParetoNBD(**PARAMETERS), name)(histories, *arguments)
    # Their difference of hypergeometric functions loses up to five of sixteen digits here.
    np.testing.assert_allclose(ours, theirs[name], rtol=1e-10)


def test_new_customers_are_told_the_same(theirs):
    ours = ParetoNBD(**PARAMETERS).expected_purchases(39)
    assert float(ours) == pytest.approx(theirs["expected_purchases"], rel=1e-12)
