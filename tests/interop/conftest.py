"""Importing lifetimes changes warning filters, so its script is run and never collected."""

collect_ignore = ["lifetimes_numbers.py", "lifetimes_pareto_nbd.py"]
