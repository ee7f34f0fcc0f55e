r"""Net promoter score by group: branch, channel, segment.

The worst of twenty branches is the worst of twenty, and would be if all were alike. So each group
is compared with all other answers, and its p-value raised for the number of comparisons.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit import frames, net_scores
from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_whole
from retentionkit.compare import adjusted_p_values
from retentionkit.errors import DataError, OptionError, warn
from retentionkit.frames import Wanted
from retentionkit.results import frozen_array
from retentionkit.surveys._nps.group_differences import differences, homogeneity, rest_of, side_of
from retentionkit.surveys._nps.nps_groups import NPSGroups
from retentionkit.surveys._nps.nps_result import definition_of
from retentionkit.surveys._nps.survey_options import Options
from retentionkit.surveys._nps.survey_rows import read_rows
from retentionkit.surveys._nps.tallies import limits_of, one_nps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.compare import Multiplicity
    from retentionkit.frames import Frame, Table
    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.group_differences import Differences
    from retentionkit.surveys._nps.survey_options import GroupMethod, Repeats
    from retentionkit.surveys._nps.survey_rows import SurveyRows
    from retentionkit.surveys._nps.tallies import Tallies

__all__ = ["MULTIPLICITY_NAMES", "nps_by"]

MULTIPLICITY_NAMES: Final = {
    "holm": "by Holm",
    "bonferroni": "by Bonferroni",
    "benjamini-hochberg": "by Benjamini and Hochberg",
    "none": "in no way",
}


def nps_by(
    frame: Frame,
    *,
    score: str,
    by: str | Sequence[str],
    weights: str | None = None,
    respondent: str | None = None,
    when: str | None = None,
    repeats: Repeats = "cluster",
    missing: Treatment = "error",
    invalid: Treatment = "error",
    minimum_n: int = 10,
    multiplicity: Multiplicity = "holm",
    confidence: float = 0.95,
    method: GroupMethod = "adjusted-wald",
) -> NPSGroups:
    r"""Net promoter score of each group with its interval, and how it differs from the rest.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or a pyarrow Table, one row for each answer.
    score
        Column of the answers, whole numbers from 0 to 10.
    by
        Column of the groups, or several whose combinations are the groups. A missing label makes a
        group of its own, `None`.
    weights
        Column of positive weights, where some respondents stand for more people.
    respondent
        Column of the ids of the respondents, if some answered several times. Without it nothing is
        assumed, and each answer counts as that of another person.
    when
        Column of the times of the answers, for `repeats="latest"` and `"first"`.
    repeats
        `"cluster"`: all answers count, and the error takes those of one respondent together;
        `"latest"` or `"first"`: of each respondent one answer counts, in the group where it was
        given.
    missing, invalid
        As in `nps`: `"error"`, or `"drop"` to count such answers apart, by group.
    minimum_n
        Groups with fewer answers are suppressed: their number is shown, their score is undefined.
        Below ten answers a single one moves the score by more than ten points. They still count in
        the total and in the rest of others. 0 or 1 shows all.
    multiplicity
        How p-values are adjusted: `"holm"`, `"bonferroni"`, `"benjamini-hochberg"`, `"none"`, as in
        `rk.compare.adjusted_p_values`. All groups that are shown are compared.
    confidence
        Level of the intervals, each for one group by itself.
    method
        `"adjusted-wald"`, `"wald"`, or `"score"` for independent answers of equal weight.

    Returns
    -------
    NPSGroups

    Raises
    ------
    ColumnError
        There is no such column.
    DataError
        There is no answer, some are none on this scale, or labels, weights, ids or times cannot be
        read.
    OptionError
        An option is none of its choices, or does not hold with another.
    KindError
        The frame is of another kind.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of another scale; or answers of a group are all alike, and
        `"wald"` sees no variance.

    Notes
    -----
    The difference of a group and the rest has the variance :math:`V_1 + V_2 - 2\rho\sqrt{V_1 V_2}`,
    with the correlation through respondents who are in both. Its interval and p-value are those of
    adjusted Wald, unless the method is `"wald"`; with respondents they take Student's quantile of
    Satterthwaite's degrees of freedom.

    Whether groups differ at all is tested by :math:`\sum_g n_g (s_g - s)^2 / V` against chi-square,
    with the variance of an answer of all; not where respondents are in several groups.

    Suppressing keeps accidents out of reports. It does not keep answers secret: who knows the total
    and all groups but one can subtract.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> north, south = [10] * 14 + [7] * 4 + [3] * 2, [10] * 6 + [8] * 5 + [2] * 9
    >>> frame = pd.DataFrame({"branch": ["north"] * 20 + ["south"] * 20, "answer": north + south})
    >>> found = rk.surveys.nps_by(frame, score="answer", by="branch")
    >>> found.score.round(9).tolist(), found.adjusted_p_value.round(3).tolist()
    ([60.0, -15.0], [0.008, 0.008])
    >>> found.group("north").n
    20
    """
    options = Options(weights, respondent, repeats, missing, invalid, confidence, method)
    least = check_whole("minimum_n", minimum_n, low=0)
    check_choice("multiplicity", multiplicity, MULTIPLICITY_NAMES)
    names = _names(by)
    columns = {f"by{at}": Wanted(name, "by", "any") for at, name in enumerate(names)}
    time = when if options.dated else None
    rows = read_rows(frame, columns, score=score, when=time, options=options)
    place, groups = _grouped(rows.table, len(names))
    tallies, set_aside = rows.tally(place, len(groups))
    _warn_of_no_width(tallies, tallies.n >= max(least, 1), method)
    return _result(rows, tallies, groups, set_aside, names, least, multiplicity)


def _result(
    rows: SurveyRows,
    tallies: Tallies,
    groups: tuple[Any, ...],
    set_aside: int,
    names: tuple[str, ...],
    least: int,
    multiplicity: Multiplicity,
) -> NPSGroups:
    """The figures of the groups, those with few answers left open."""
    method, confidence = rows.options.method, rows.options.confidence
    shown = tallies.n >= max(least, 1)
    figures = functools.partial(_shown, shown)
    low, high = limits_of(tallies, method, confidence)
    error = np.sqrt(net_scores.moments(tallies.sums)[1] / np.where(shown, tallies.linear, np.nan))
    found = _less_the_rest(tallies, method, confidence)
    p = figures(found.p_value, 1.0)
    promoters, passives, detractors = (figures(kind, 1.0) for kind in tallies.counts.T)
    all_answers = _all_answers(rows.options)
    return NPSGroups(
        by=names,
        groups=groups,
        n=frozen_array(tallies.n, np.int64),
        score=figures(tallies.values),
        low=figures(np.maximum(low, -1.0)),
        high=figures(np.minimum(high, 1.0)),
        standard_error=figures(error),
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        unanswered=frozen_array(tallies.unanswered, np.int64),
        invalid=frozen_array(tallies.invalid, np.int64),
        suppressed=frozen_array(~shown & (tallies.n > 0), np.bool_),
        difference=figures(found.value),
        difference_low=figures(np.maximum(found.low, -2.0)),
        difference_high=figures(np.minimum(found.high, 2.0)),
        p_value=p,
        adjusted_p_value=frozen_array(adjusted_p_values(p, method=multiplicity), np.float64),
        total=one_nps(tallies.total(), 0, method, confidence, f"{all_answers}."),
        homogeneity=homogeneity(tallies, shown),
        multiplicity=multiplicity,
        set_aside=set_aside,
        minimum_n=least,
        confidence=confidence,
        method=method,
        definition=_definition(all_answers, p, multiplicity),
        kind=rows.table.kind,
        _tallies=tallies,
    )


def _shown(shown: NDArray[np.bool_], values: Any, scale: float = 100.0) -> NDArray[np.float64]:  # noqa: ANN401 - any numbers
    return frozen_array(np.where(shown, scale * np.asarray(values), np.nan), np.float64)


def _less_the_rest(tallies: Tallies, method: GroupMethod, confidence: float) -> Differences:
    """Each group less all others."""
    shares, worth, number, correlated = rest_of(tallies)
    return differences(
        side_of(tallies.shares, tallies.worth, tallies.clusters, method),
        side_of(shares, worth, number, method),
        confidence,
        correlated=correlated,
    )


def _all_answers(options: Options) -> str:
    return definition_of(weighted=False, clusters=None, population=None)[:-1] + options.definition()


def _definition(all_answers: str, p: NDArray[np.float64], multiplicity: Multiplicity) -> str:
    return (
        f"{all_answers}, by group; less the rest: the score of a group less that of all other "
        f"answers, p-values adjusted {MULTIPLICITY_NAMES[multiplicity]} for "
        f"{counted(int((~np.isnan(p)).sum()), 'comparison')}."
    )


def _names(by: object) -> tuple[str, ...]:
    """The names of the columns of the groups."""
    given: Any = by
    several = isinstance(by, list | tuple)
    names: tuple[str, ...] = tuple(given) if several else (given,)
    for name in names:
        frames.check_name(name, "by")
    if names and len(set(names)) == len(names):
        return names
    raise OptionError(
        "The groups must come from different columns.",
        received=f"by={by!r}",
        allowed="the name of a column, or a list of different names",
        do="Name each column once.",
    )


def _grouped(table: Table, columns: int) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
    """The group of each row, and the labels of the groups."""
    parts = [table.coded(f"by{at}", argument="by") for at in range(columns)]
    if columns == 1 and parts[0][0].min() >= 0:
        return parts[0][0], tuple(parts[0][1])
    packed = np.zeros(len(table), dtype=np.int64)
    size = 1
    for codes, labels in parts:
        size *= len(labels) + 1
        if size >= 1 << 62:
            raise DataError(
                "There are too many combinations of labels.",
                received=f"{columns} columns",
                allowed="combinations that a whole number can tell apart",
                do="Group by fewer columns.",
            )
        codes[codes < 0] = len(labels)  # a missing label comes last
        packed = packed * (len(labels) + 1) + codes
    if size <= 2 * len(packed) + 1_000:
        found = np.flatnonzero(np.bincount(packed, minlength=size))
        ranks = np.zeros(size, dtype=np.int64)
        ranks[found] = np.arange(len(found))
        place = ranks[packed]
    else:
        found, place = np.unique(packed, return_inverse=True)
    keys: list[list[Any]] = []
    for _, labels in reversed(parts):
        found, at = np.divmod(found, len(labels) + 1)
        keys.insert(0, [[*labels, None][number] for number in at.tolist()])
    groups = zip(*keys, strict=True) if columns > 1 else keys[0]
    return place.reshape(-1), tuple(groups)


def _warn_of_no_width(tallies: Tallies, shown: NDArray[np.bool_], method: GroupMethod) -> None:
    alike = int((shown & (tallies.counts.max(axis=1) == tallies.n)).sum())
    if method == "wald" and alike:
        warn(
            f"In {counted(alike, 'group')} all answers are alike: method='wald' gives intervals "
            f"without width, as if that were certain. Use 'adjusted-wald' or 'score'."
        )
