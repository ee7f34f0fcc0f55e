"""From models to money: lifetime value, predictions, tiers."""
