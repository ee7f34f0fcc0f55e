"""From histories to a fit: likelihoods with their derivatives, the driver, the verdict, files."""
