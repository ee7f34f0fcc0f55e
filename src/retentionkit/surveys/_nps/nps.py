r"""Net promoter score: the share of promoters less the share of detractors.

Of answers to "how likely are you to recommend us?" from 0 to 10, those of 9 and 10 are promoters,
7 and 8 passives, 0 to 6 detractors. With an answer counting :math:`x_i = 1, 0, -1` and weights
:math:`w_i`,

.. math:: s = \frac{\sum w_i x_i}{\sum w_i}, \qquad
    \mathrm{se}^2 = \frac{\sum w_i^2 (x_i - s)^2}{(\sum w_i)^2},

and with several answers of one cluster their residuals are added before they are squared, and the
sum of the squares is scaled by :math:`G/(G-1)` for :math:`G` clusters. Scores are told on the scale
of -100 to 100, unrounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit import frames
from retentionkit.surveys._nps.answers import read_answers, read_clusters, read_weights
from retentionkit.surveys._nps.nps_result import (
    NPS,
    check_any,
    definition_of,
    nps_of,
    warn_of_no_width,
)
from retentionkit.surveys._nps.sample import Sample, check_method, limits

if TYPE_CHECKING:
    import numpy as np

    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.sample import Method
    from retentionkit.surveys._scales.scale_answers import Labels

__all__ = ["nps"]


def nps(
    answers: object,
    *,
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
) -> NPS:
    """Net promoter score of answers from 0 to 10, with its standard error and interval.

    Parameters
    ----------
    answers
        One answer for each respondent, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers from 0 to 10, or texts with `labels`.
    labels
        Which answer each text stands for, such as `{"10 - extremely likely": 10, ...}`; numbers
        beside texts stand for themselves.
    weights
        A positive weight for each answer, where some respondents stand for more people.
    clusters
        An id for each answer, such as the customer or the account, where answers of one id are
        alike: people who answered several times, colleagues of one firm.
    population
        How many people could have answered, if most of them did: all who did and did not.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are no whole numbers from 0 to 10, and texts without a
        label where others have one, are counted apart.
    confidence
        Level of the interval.
    method
        `"adjusted-wald"` (three answers added, half of them passive), `"wald"`, `"score"` (the
        scores that the data do not refute), `"bootstrap"` (percentiles), `"bayesian"` (Dirichlet).
    draws, rng
        Size and seed of the bootstrap.

    Returns
    -------
    NPS

    Raises
    ------
    DataError
        No answer is left, some are no answers on this scale, or weights and clusters do not fit.
    OptionError
        The method does not hold with weights, clusters or a population; the population is smaller
        than the number of those who were asked.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of another scale; or all are alike, and the method sees no
        variance.

    Notes
    -----
    All methods hold for independent answers of equal weight. Weights and clusters hold with
    `"adjusted-wald"`, `"wald"` and `"bootstrap"` (clusters drawn whole), a population with the
    first two, through the number of independent answers that these are worth (n over the design
    effect; of weighted answers Kish's effective number if that is less, since a linearised error is
    itself uncertain); clusters take Student's quantile of their number less one. The other
    combinations are refused.

    Adjusted Wald and score are the best of those compared in [1]_. Adjusted Wald covers the level
    on average, the score interval nearly everywhere; the Bayesian one misses scores near the ends
    of the scale, and Wald and the bootstrap are too narrow for fewer than some hundred answers,
    without width where all are alike. Adjusted Wald lies around the score with the added answers:
    one answer, or at lower levels a few that are alike, are themselves outside. Where the residuals
    of every cluster cancel out, the error is that of independent answers.

    References
    ----------
    .. [1] Rocks, B. (2016). Interval Estimation for the "Net Promoter Score". The American
       Statistician 70(4), 365-372.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.surveys.nps([10, 9, 9, 8, 7, 10, 3, 9, 6, 10])
    NPS
      score       40.0, 95 % -12.6 to 74.1
      answers     10 = 6 promoters + 2 passives + 2 detractors
      method      adjusted Wald
      definition  Promoters (9, 10) less detractors (0 to 6) in per cent of all answers.
    """
    check_method(
        method,
        weights=weights is not None,
        clusters=clusters is not None,
        population=population is not None,
    )
    read = read_answers(answers, missing=missing, invalid=invalid, labels=labels)
    w = None if weights is None else read_weights(weights, read.given)
    c = None if clusters is None else read_clusters(clusters, read.given)
    check_any(len(read.values), unanswered=read.unanswered, invalid=read.invalid)
    others = read.unanswered + read.invalid
    sample = Sample.of_points(
        read.points, weights=w, clusters=c, population=population, others=others
    )
    definition = definition_of(
        weighted=w is not None, clusters=sample.n_clusters, population=population
    )
    found = limits(sample, method, confidence, draws, rng)
    warn_of_no_width(sample, method)
    return nps_of(
        sample, found, confidence, method, definition,
        unanswered=read.unanswered, invalid=read.invalid, kind=frames.series_kind(answers),
    )  # fmt: skip
