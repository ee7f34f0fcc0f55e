"""What all tests share."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))  # strategies.py, which several tests import

# The first call of a lazy door is slow, and a check that fails must fail again on the next machine.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture(params=["pandas", "polars", "pyarrow"])
def kind(request):
    """Each kind of frame in turn."""
    return request.param
