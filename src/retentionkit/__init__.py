"""What customers are worth, who is leaving, and what it is worth spending to keep them."""
