"""What goes with an outcome: touchpoints, and links of the value chain."""
