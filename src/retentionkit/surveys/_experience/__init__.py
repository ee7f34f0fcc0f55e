"""Several answers of each respondent: experience, expectation, value."""
