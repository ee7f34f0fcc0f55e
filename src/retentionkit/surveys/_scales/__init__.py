"""Satisfaction, effort and other answers on a stated scale."""
