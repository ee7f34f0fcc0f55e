"""Who moved from which label to which, between two dates."""

from retentionkit.transitions._counting import Labelled, transitions
from retentionkit.transitions._result import Transitions
from retentionkit.transitions._words import ENTERED, EXITED, Language

__all__ = ["ENTERED", "EXITED", "Labelled", "Language", "Transitions", "transitions"]
