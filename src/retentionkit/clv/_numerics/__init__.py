"""Sums, averages and integrals that keep their digits: what the models are evaluated with."""
