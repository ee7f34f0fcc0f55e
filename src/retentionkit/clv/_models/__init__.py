"""How customers behave: one file for each model, and what their kinds have in common."""
