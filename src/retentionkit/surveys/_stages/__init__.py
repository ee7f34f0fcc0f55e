"""Stages of satisfaction, and whether the satisfied stay."""
