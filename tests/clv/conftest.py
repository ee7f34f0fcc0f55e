"""CDNOW as every test of this room takes it: weeks, calibration to 1997-09-30."""

import pytest

import retentionkit as rk


@pytest.fixture(scope="session")
def log():
    return rk.Transactions(rk.datasets.load_cdnow())


@pytest.fixture(scope="session")
def cdnow(log):
    return rk.purchase_histories(log, as_of="1997-09-30", unit="week")


@pytest.fixture(scope="session")
def bgnbd(cdnow):
    return rk.clv.BGNBD.fit(cdnow)


@pytest.fixture(scope="session")
def spend(cdnow):
    return rk.clv.GammaGamma.fit(cdnow)
