r"""A net score on any scale, which is not NPS: favourable less unfavourable answers.

There is no standard by which answers on another scale than 0 to 10 are promoters. Whoever wants a
net score of one says which answers are favourable and which unfavourable; the rest is neutral. The
variance, the intervals and what holds with weights and clusters are those of `nps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit import frames
from retentionkit.surveys._nps.answers import read_clusters, read_weights
from retentionkit.surveys._nps.nps_result import warn_of_no_width
from retentionkit.surveys._nps.sample import Sample, check_method, limits
from retentionkit.surveys._scales.counted_answers import check_some
from retentionkit.surveys._scales.net_score_result import NetScore, points_of, result_of, sides_of
from retentionkit.surveys._scales.scale_answers import read_scale_answers

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from retentionkit.surveys._nps.sample import Method
    from retentionkit.surveys._scales.scale_answers import Labels, Treatment

__all__ = ["net_score"]


def net_score(
    answers: object,
    *,
    favourable: Iterable[int],
    unfavourable: Iterable[int],
    scale: tuple[int, int],
    labels: Labels | None = None,
    weights: object = None,
    clusters: object = None,
    population: int | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
    method: Method = "adjusted-wald",
    draws: int = 10_000,
    rng: int | np.random.Generator = 0,
) -> NetScore:
    """Favourable less unfavourable answers in per cent, on a scale that is not that of NPS.

    Parameters
    ----------
    answers
        One answer for each respondent, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers on the scale, or texts with `labels`.
    favourable, unfavourable
        Which answers count for and against. All others of the scale are neutral.
    scale
        The lowest and the highest answer that people could give.
    labels
        Which answer each text stands for, such as `{"good": 3, "fair": 2, "poor": 1}`.
    weights, clusters, population
        As in `nps`.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted apart.
    confidence
        Level of the interval.
    method, draws, rng
        As in `nps`, and under the same conditions.

    Returns
    -------
    NetScore

    Raises
    ------
    DataError
        No answer is left, some are not on the scale, or weights and clusters do not fit.
    OptionError
        An answer is both favourable and unfavourable, or on neither side of the scale; the method
        does not hold with weights, clusters or a population.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale; or all are alike, and the method sees no
        variance.

    Notes
    -----
    No mapping makes a scale of five answers one of eleven: people use the two differently, and the
    score moves with the mapping. Compare such a score with itself only, under one mapping.

    Examples
    --------
    >>> import retentionkit as rk
    >>> answers = [5, 5, 4, 3, 5, 2, 4, 5, 1, 4]
    >>> rk.surveys.net_score(answers, favourable=[5], unfavourable=[1, 2, 3], scale=(1, 5))
    Net score (not NPS)
      score       10.0, 95 % -36.1 to 51.4
      answers     10 = 4 favourable + 3 neutral + 3 unfavourable
      method      adjusted Wald
      definition  Share of answer 5 less share of answers 1 to 3 of 1 to 5 in per cent, answer 4
                  neutral; not NPS, which is asked from 0 to 10.
    """
    check_method(
        method,
        weights=weights is not None,
        clusters=clusters is not None,
        population=population is not None,
    )
    steps, sides = sides_of(favourable, unfavourable, scale)
    read = read_scale_answers(answers, scale=steps, missing=missing, invalid=invalid, labels=labels)
    check_some(len(read.values), steps, unanswered=read.unanswered, invalid=read.invalid)
    sample = Sample.of_points(
        points_of(read.values, sides),
        weights=None if weights is None else read_weights(weights, read.given),
        clusters=None if clusters is None else read_clusters(clusters, read.given),
        population=population,
        others=read.unanswered + read.invalid,
    )
    found = limits(sample, method, confidence, draws, rng)
    warn_of_no_width(sample, method)
    return result_of(
        sample, found, confidence, method, steps, sides, (read.unanswered, read.invalid),
        population, frames.series_kind(answers),
    )  # fmt: skip
