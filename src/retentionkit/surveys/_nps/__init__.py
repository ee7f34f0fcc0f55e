"""Net promoter score: of answers, groups, waves; its change, and what it goes with."""
