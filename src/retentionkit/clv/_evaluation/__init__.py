"""Did it hold? Comparison, backtests, calibration, tracking."""
