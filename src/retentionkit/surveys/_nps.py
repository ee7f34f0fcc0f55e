r"""Net promoter score: the share of promoters less the share of detractors.

Of answers to "how likely are you to recommend us?" from 0 to 10, those of 9 and 10 are promoters,
7 and 8 passives, 0 to 6 detractors. With an answer counting :math:`x_i = 1, 0, -1` and weights
:math:`w_i`,

.. math:: s = \frac{\sum w_i x_i}{\sum w_i}, \qquad
    \mathrm{se}^2 = \frac{\sum w_i^2 (x_i - s)^2}{(\sum w_i)^2},

and with several answers of one cluster their residuals are added before they are squared. Scores
are told on the scale of -100 to 100, unrounded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.errors import DataError
from retentionkit.surveys._answers import read_answers, read_clusters, read_weights
from retentionkit.surveys._nps_methods import METHODS, Sample, check_method, check_population
from retentionkit.surveys._nps_result import NPS, nps_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._answers import Answers, Treatment
    from retentionkit.surveys._nps_methods import Method

__all__ = ["nps"]


def nps(
    answers: object,
    *,
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
        One answer for each respondent: a list, an array, or a series of pandas, polars or pyarrow.
    weights
        A positive weight for each answer, where some respondents stand for more people.
    clusters
        An id for each answer, such as the customer or account, where answers of one id are alike.
    population
        How many people the answers were drawn from, if that is not many times as many.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are no whole numbers from 0 to 10 are counted apart.
    confidence
        Level of the interval.
    method
        `"adjusted-wald"` (three answers added, half of them passive), `"wald"`, `"score"` (the
        scores that the data do not refute), `"bootstrap"` (percentiles), `"bayesian"` (Dirichlet).
    draws, rng
        Size and seed of the simulations of `"bootstrap"` and `"bayesian"`.

    Returns
    -------
    NPS

    Raises
    ------
    DataError
        No answer is left, or some are no answers on this scale; weights or clusters do not fit.
    OptionError
        The method does not hold with weights, clusters or a population.

    Notes
    -----
    Weights and clusters hold with `"wald"`, `"adjusted-wald"` (with as many answers as the sample
    is worth) and `"bootstrap"` (clusters drawn whole); a population with the first two. The other
    methods need independent answers of equal weight and refuse.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.surveys.nps([10, 9, 9, 8, 7, 10, 3, 9, 6, 10])
    NPS
      score       40.0, 95 % -11.3 to 72.8
      answers     10 = 6 promoters + 2 passives + 2 detractors
      method      adjusted Wald
      definition  Promoters (9, 10) less detractors (0 to 6) in per cent of all answers.
    """
    check_method(method, weights=weights is not None, clusters=clusters is not None,
                 population=population is not None)  # fmt: skip
    read = read_answers(answers, missing=missing, invalid=invalid)
    w = None if weights is None else read_weights(weights, read.given)
    c = None if clusters is None else read_clusters(clusters, read.given)
    if len(read.values) == 0:
        raise DataError(
            "There is no answer.",
            received=f"{read.unanswered:,} unanswered, {read.invalid:,} invalid",
            allowed="at least one answer from 0 to 10",
            do="Check the column that the answers came from.",
        )
    sample = Sample.of_points(read.points, w, c, population)
    return nps_of(sample, method, check_confidence(confidence), draws, rng,
                  unanswered=read.unanswered, invalid=read.invalid)  # fmt: skip
