"""Rows that are segments, with their labels for people."""

from __future__ import annotations

from typing import Literal

from retentionkit.arguments import check_choice

__all__ = ["RowLabels"]


class RowLabels:
    """Mixin of results with a row for each segment."""

    __slots__ = ()

    english: tuple[str, ...]
    chinese: tuple[str, ...]

    def labels(self, *, language: Literal["en", "zh"] = "en") -> tuple[str, ...]:
        """The labels of the rows for people.

        Parameters
        ----------
        language
            `"en"` or `"zh"`.

        Returns
        -------
        tuple of str

        Raises
        ------
        OptionError
            `language` is neither.
        """
        check_choice("language", language, ("en", "zh"))
        return self.english if language == "en" else self.chinese
