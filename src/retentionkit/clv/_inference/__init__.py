"""How far a fit may be believed: profiles, bootstrap, likelihood ratios."""
