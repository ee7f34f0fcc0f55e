"""What all tests share."""

from hypothesis import HealthCheck, settings

# The first call of a lazy door is slow, and a check that fails must fail again on the next machine.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")
