r"""Perceived value, satisfaction, repurchase, loyalty and advocacy: how closely each follows.

The chain is that of the service-profit chain. All links are told on one scale, the correlation
(for a yes or no that of 0 and 1, which is the standardised slope of a straight line), so that they
can be compared. Stages further apart have what is left once the stages between are held, the
partial correlation. With satisfaction :math:`s` and a moderator :math:`m`, both standardised,
repurchase is

.. math:: y = b_0 + b_1 s + b_2 m + b_3 s m ,

so that the link is :math:`b_1 + b_3 m` where the moderator is m, with the covariance HC3.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.compare import Multiplicity, adjusted_p_values
from retentionkit.errors import DataError
from retentionkit.results import frozen_mapping
from retentionkit.surveys._drivers.numeric_columns import (
    Absent,
    Asked,
    is_binary,
    read_numeric,
    told_absent,
)
from retentionkit.surveys._drivers.regression import association, least_squares, z_scores
from retentionkit.surveys._drivers.value_chain_result import ChainModeration, ValueChain
from retentionkit.surveys._drivers.value_chain_rows import (
    STAGES,
    ChainLink,
    Moderated,
    Moderator,
    Stage,
)
from retentionkit.surveys._scales.stated_ends import check_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import Frame
    from retentionkit.surveys._scales.stated_ends import EndsOf

__all__ = ["value_chain"]

_MODERATORS: Final[tuple[Moderator, ...]] = get_args(Moderator)
_ENDS: Final[tuple[Stage, ...]] = ("loyalty", "advocacy")
_FEW: Final = 30  # respondents, below which a link is a hint


class _Answers(NamedTuple):
    """Columns by what they are, NaN where missing, and the level of the intervals."""

    by_name: dict[str, NDArray[np.float64]]
    confidence: float

    def together(self, *names: str) -> NDArray[np.float64]:
        """Those who answered all of these, shape (n, names)."""
        values = np.column_stack([self.by_name[name] for name in names])
        return np.asarray(values[~np.isnan(values).any(axis=1)], dtype=np.float64)


def value_chain(
    frame: Frame,
    *,
    perceived_value: str,
    satisfaction: str,
    repurchase: str,
    loyalty: str | None = None,
    advocacy: str | None = None,
    switching_cost: str | None = None,
    attachment: str | None = None,
    scale: EndsOf | None = None,
    missing: Absent = "error",
    multiplicity: Multiplicity = "holm",
    confidence: float = 0.95,
) -> ValueChain:
    """How closely each stage from perceived value to loyalty goes with the one before it.

    Parameters
    ----------
    frame
        One row for each respondent: a pandas or polars DataFrame or a pyarrow Table.
    perceived_value, satisfaction, repurchase
        Columns of numbers, the higher the better; repurchase may be yes or no (0 and 1, or truth
        values), a number of purchases, or an intention.
    loyalty, advocacy
        Columns of what may follow repurchase: an attitude, a recommendation from 0 to 10.
    switching_cost, attachment
        Columns of what may make the link from satisfaction to repurchase weaker or stronger.
    scale
        Lowest and highest answer: one pair for all that are no yes or no, such as `(1, 5)`, or a
        mapping, such as `{"satisfaction": (1, 5), "advocacy": (0, 10)}`. Other answers are refused.
    missing
        `"error"`, or `"drop"`: each link is made pairwise, of all who answered what it needs, and
        says how many these are.
    multiplicity
        How p-values are adjusted for there being many, as in `rk.compare.adjusted_p_values`.
    confidence
        Level of the intervals.

    Returns
    -------
    ValueChain

    Raises
    ------
    ColumnError
        There is no such column.
    OptionError
        An option is none of its choices, or a column is named twice.
    DataError
        Answers are missing, off their scale or the same for all, or a column does not have numbers.

    Warns
    -----
    RetentionKitWarning
        Answers without a stated scale lie far from all others, such as 99.

    Notes
    -----
    No link says what would happen if a stage were raised: what came before, who answers, and how
    much people agree to anything moves all stages together. Correlations fall where answers crowd
    at the end of a scale; a yes or no cannot reach 1 with a scale of many steps. Intervals are not
    adjusted for there being many, p-values are. Links are straight lines: rank correlations that
    are clearly higher tell of one that bends. The stages are those of [1]_, as customers see them.
    Rows are taken as different people: of who answered several times keep one answer.

    References
    ----------
    .. [1] Heskett, J. L., Jones, T. O., Loveman, G. W., Sasser, W. E. and Schlesinger, L. A.
       (1994). Putting the Service-Profit Chain to Work. Harvard Business Review 72(2), 164-174.

    Examples
    --------
    >>> import pandas as pd, retentionkit as rk
    >>> frame = pd.DataFrame({
    ...     "worth": [1, 2, 3, 4, 5, 3, 2, 5],
    ...     "csat": [1, 3, 2, 5, 4, 3, 3, 4],
    ...     "again": [0, 0, 1, 1, 1, 0, 1, 1],
    ...     "cost": [1, 4, 2, 3, 5, 1, 2, 3],
    ... })
    >>> chain = rk.surveys.value_chain(
    ...     frame,
    ...     perceived_value="worth",
    ...     satisfaction="csat",
    ...     repurchase="again",
    ...     switching_cost="cost",
    ... )
    >>> [(link.source, link.target, round(link.association, 2)) for link in chain.links[:2]]
    [('perceived_value', 'satisfaction', 0.78), ('satisfaction', 'repurchase', 0.53)]
    """
    confidence = check_confidence(confidence)
    check_choice("missing", missing, get_args(Absent))
    check_choice("multiplicity", multiplicity, get_args(Multiplicity))
    given: dict[str, str | None] = {
        "perceived_value": perceived_value,
        "satisfaction": satisfaction,
        "repurchase": repurchase,
        "loyalty": loyalty,
        "advocacy": advocacy,
        "switching_cost": switching_cost,
        "attachment": attachment,
    }
    optional = {*_ENDS, *_MODERATORS}
    named = {name: column for name, column in given.items()
             if not (column is None and name in optional)}  # fmt: skip
    asked = [Asked(column, str(column), name) for name, column in named.items()]
    read = read_numeric(frame, asked)
    if read.absent.any() and missing == "error":
        do = "Pass missing='drop' to make each link of those who answered what it needs."
        raise told_absent(read.absent, asked, do=do)
    answers = _Answers(dict(zip(named, read.values.T, strict=True)), confidence)
    _check_vary(answers, asked)
    check_columns(answers.by_name, scale)
    links = [_link(answers, *pair) for pair in _pairs([name for name in STAGES if name in named])]
    moderated = [_moderated(answers, name) for name in _MODERATORS if name in named]
    links, moderated, tests = _adjusted(links, moderated, multiplicity)
    return ValueChain(
        links=tuple(links),
        moderation=ChainModeration(tuple(moderated), confidence, _OF_MODERATION, read.kind)
        if moderated
        else None,
        columns=frozen_mapping({item.argument: item.label for item in asked}),
        missing=frozen_mapping(
            {name: int(np.isnan(column).sum()) for name, column in answers.by_name.items()}
        ),
        yes_or_no=tuple(name for name, column in answers.by_name.items() if is_binary(column)),
        n=len(read.values),
        multiplicity=multiplicity,
        confidence=confidence,
        notes=_notes(links, moderated, answers),
        definition=_definition(multiplicity, tests),
        kind=read.kind,
    )


_OF_MODERATION: Final = (
    "How much higher repurchase is per standard deviation of satisfaction, at a low and a high "
    "moderator (one standard deviation from its mean, or the least and highest answer if that is "
    "nearer), by a straight line with an interaction and robust errors (HC3). Association, not "
    "effect."
)


def _check_vary(answers: _Answers, asked: list[Asked]) -> None:
    for item in asked:
        column = answers.together(item.argument)
        if len(column) == 0 or np.isnan(z_scores(column)).any():
            received = f"{column[0, 0]:g} throughout" if len(column) else "no answer"
            raise DataError(
                "All answers of a column are alike.",
                received=f"`{item.argument}`, column {item.label!r}: {received}",
                allowed="columns that vary: what never differs goes with nothing",
                do="Leave it out if it may be, or ask more people.",
            )


def _pairs(stages: list[Stage]) -> list[tuple[Stage, Stage, tuple[Stage, ...]]]:
    """Earlier and later stage and those between, neighbours first."""
    found: list[tuple[Stage, Stage, tuple[Stage, ...]]] = []
    for at, target in enumerate(stages):
        before: list[Stage] = [stage for stage in stages[:at] if stage not in _ENDS]
        for place, source in enumerate(before):
            found.append((source, target, tuple(before[place + 1 :])))
    return sorted(found, key=lambda pair: len(pair[2]))


def _link(answers: _Answers, source: Stage, target: Stage, held: tuple[Stage, ...]) -> ChainLink:
    from scipy.stats import rankdata  # noqa: PLC0415 - scipy is loaded when needed

    values = answers.together(source, target, *held)
    x, y, between = values[:, 0], values[:, 1], values[:, 2:] if held else None
    left = association(x, y, between, confidence=answers.confidence)
    plain = association(x, y, confidence=answers.confidence)
    ranks = association(rankdata(x), rankdata(y), confidence=answers.confidence)
    step = (
        1.0 if is_binary(answers.by_name[source]) else float(x.std(ddof=1)) if left.n > 1 else 1.0
    )
    fit = least_squares(y, np.column_stack([x, values[:, 2:]]))
    weights = np.zeros(len(held) + 2)
    weights[1] = step
    difference, _, low, high, _ = fit.combined(weights, answers.confidence)
    return ChainLink(
        source=source,
        target=target,
        held=held,
        n=left.n,
        association=left.value,
        standard_error=left.standard_error,
        low=left.low,
        high=left.high,
        p_value=left.p_value,
        adjusted_p_value=left.p_value,
        correlation=plain.value,
        rank_correlation=ranks.value,
        difference=difference,
        difference_low=low,
        difference_high=high,
    )


def _moderated(answers: _Answers, moderator: Moderator) -> Moderated:
    """The link from satisfaction to repurchase at a low and a high moderator."""
    values = answers.together("repurchase", "satisfaction", moderator)
    n = len(values)
    y, s, m = values.T if n else np.full((3, 1), np.nan)
    centre, spread = float(m.mean()), float(m.std())
    low_value, high_value = float(m.min()), float(m.max())
    if not is_binary(m):
        low_value, high_value = max(centre - spread, low_value), min(centre + spread, high_value)
    scores = z_scores(np.column_stack([s, m]))
    fit = least_squares(y, np.column_stack([scores, scores.prod(axis=1)]))
    change, _, low, high, p_value = fit.combined(np.array([0, 0, 0, 1.0]), answers.confidence)
    told: list[tuple[float, ...]] = []
    for value in (low_value, high_value):
        weights = np.array([0, 1, 0, (value - centre) / spread if spread > 0 else np.nan])
        told.append(fit.combined(weights, answers.confidence))
    return Moderated(
        moderator=moderator,
        n=n,
        interaction=change,
        low=low,
        high=high,
        p_value=p_value,
        adjusted_p_value=p_value,
        low_value=low_value,
        high_value=high_value,
        at_low=told[0][0],
        at_low_low=told[0][2],
        at_low_high=told[0][3],
        at_high=told[1][0],
        at_high_low=told[1][2],
        at_high_high=told[1][3],
        n_low=int((m <= low_value).sum()),
        n_high=int((m >= high_value).sum()),
    )


def _adjusted(
    links: list[ChainLink], moderated: list[Moderated], multiplicity: Multiplicity
) -> tuple[list[ChainLink], list[Moderated], int]:
    """The same with p-values adjusted for all of them, and how many there are."""
    p_values = np.array([*(row.p_value for row in links), *(row.p_value for row in moderated)])
    found: list[float] = adjusted_p_values(p_values, method=multiplicity).tolist()
    replace = dataclasses.replace
    return (
        [replace(row, adjusted_p_value=p) for row, p in zip(links, found, strict=False)],
        [
            replace(row, adjusted_p_value=p)
            for row, p in zip(moderated, found[len(links) :], strict=True)
        ],
        int(np.count_nonzero(~np.isnan(p_values))),
    )


def _notes(
    links: list[ChainLink], moderated: list[Moderated], answers: _Answers
) -> tuple[str, ...]:
    notes: list[str] = []
    least = min([row.n for row in links] + [row.n for row in moderated])
    if least < _FEW:
        notes.append(f"Some links are made of {least:,} respondents: take them as a hint.")
    if moderated and is_binary(answers.by_name["repurchase"]):
        notes.append(
            "Repurchase is yes or no: near 0 or 1 a rate cannot change much, and the link looks "
            "weaker there for that reason alone."
        )
    return tuple(notes)


def _definition(multiplicity: Multiplicity, tests: int) -> str:
    adjusted = "not adjusted"
    if multiplicity != "none":
        adjusted = f"adjusted for {tests} of them ({multiplicity})"
    return (
        "Association: correlation of neighbouring stages; of others what is left of it once the "
        "stages between are held (partial), as many as the table says; robust errors, limits by "
        "Fisher's z. Rank: Spearman's, "
        "nothing held. Difference: of the later stage, in its own unit, per standard deviation of "
        f"the earlier (yes against no), the held alike. P-values {adjusted}. Association, not "
        "effect: no link says that raising one stage raises the next."
    )
