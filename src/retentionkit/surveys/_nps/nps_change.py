r"""Did the net promoter score change?

The difference of two scores has, for two independent samples, the squared standard error

.. math:: \mathrm{se}^2 = \frac{V_1}{n_1} + \frac{V_2}{n_2}, \qquad V = p + d - (p - d)^2 .

People who answered in both waves are alike to themselves: their covariance is subtracted, see
`nps_change_panel`. What segments contribute is in `nps_change_effects`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit import net_scores
from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_confidence
from retentionkit.compare import RequiredN
from retentionkit.errors import warn
from retentionkit.intervals import normal_quantile
from retentionkit.surveys._nps.nps_change_effects import effects_of
from retentionkit.surveys._nps.nps_change_panel import difference, panel_of
from retentionkit.surveys._nps.nps_change_result import METHOD_NAMES, NPSChange
from retentionkit.surveys._nps.nps_change_waves import matched, read_wave, shared_segments
from retentionkit.surveys._nps.nps_sample_size import answers_needed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.nps_change_effects import NPSEffects
    from retentionkit.surveys._nps.nps_change_panel import ChangeMethod, Difference
    from retentionkit.surveys._nps.nps_change_waves import ReadWave
    from retentionkit.surveys._nps.nps_result import NPS

__all__ = ["nps_change"]

#: Answers in a wave below which the normal distribution is doubtful.
_FEW: Final = {"adjusted-wald": 10, "wald": 30}
_POWER: Final = 0.8
_ROUNDING: Final = 1e-12


def nps_change(
    before: object,
    after: object,
    *,
    before_ids: object = None,
    after_ids: object = None,
    before_segments: object = None,
    after_segments: object = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
    method: ChangeMethod = "adjusted-wald",
) -> NPSChange:
    """Difference of two net promoter scores, with its interval, and what it is made of.

    Parameters
    ----------
    before, after
        Answers of either wave, as in `nps`, or results of `nps` (with their weights, clusters and
        populations) or `NPS.from_counts`.
    before_ids, after_ids
        The id of the person behind each answer, if the same people were asked twice. Each person
        counts once in a wave.
    before_segments, after_segments
        The segment of each answer, to see whether scores changed or the mix of segments did.
    missing, invalid
        As in `nps`; whoever did not answer is not in that wave.
    confidence
        Level of the intervals.
    method
        `"adjusted-wald"` (three answers added to each wave, half of them passive) or `"wald"`.

    Returns
    -------
    NPSChange

    Raises
    ------
    DataError
        There is no answer in a wave, or some are no answers; an id is missing or twice in a wave;
        a segment is missing; ids or segments do not fit the answers.
    OptionError
        Ids or segments are given for one wave only, or with results instead of answers.

    Warns
    -----
    RetentionKitWarning
        A wave has so few answers that the normal distribution is doubtful (10, with `"wald"` 30),
        or a segment has; all answers are alike, and Wald sees no variance; nobody is in both waves.

    Notes
    -----
    With ids, the difference is that of all answers: its error allows for those who are in both
    waves, and those who left or joined are in it. The difference within those who stayed is in
    `panel`, with the scores of those who left: people who leave are seldom like people who stay,
    and the two differences answer different questions. `required_n` then assumes that as
    large a part of the answers comes from the same people.

    Clusters enter with the results of `nps`: by their standard error, and by Student's quantile
    with the degrees of freedom of Welch and Satterthwaite. `nps_by` and `nps_trend` do the same.

    Examples
    --------
    >>> import retentionkit as rk
    >>> before = rk.surveys.NPS.from_counts(promoters=40, passives=30, detractors=30)
    >>> after = rk.surveys.NPS.from_counts(promoters=50, passives=30, detractors=20)
    >>> rk.surveys.nps_change(before, after)
    Change of NPS
      before      10.0 (-6.3 to 25.7), 100 answers
      after       30.0 (14.1 to 44.2), 100 answers
      difference  +20.0 points, 95 % -2.6 to +41.4
      p-value     0.083: no change is also compatible with these answers
      required    125 answers in each group for an interval without zero, 256 to find such a
                  difference in 80 of 100 cases
      method      adjusted Wald, difference +19.42, standard error 11.21
      definition  Score after less score before, two independent samples.
    """
    check_choice("method", method, tuple(METHOD_NAMES))
    check_confidence(confidence)
    first, second = (
        read_wave(name, answers, ids, segments, missing=missing, invalid=invalid,
                  confidence=confidence)
        for name, answers, ids, segments in (
            ("before", before, before_ids, before_segments),
            ("after", after, after_ids, after_segments),
        )
    )  # fmt: skip
    match = _matched(first, second)
    both = _in_both(first, second, match)
    scores = (first.score, second.score)
    told = difference(*scores, both, None)
    found = difference(*scores, both, method)
    observed = second.score.score - first.score.score
    _warn_of_few(*scores, method, nothing=told.error == 0)
    kind = first.kind or second.kind
    panel = effects = None
    if match is not None:
        panel = panel_of(
            first.points, second.points, match, confidence=confidence, method=method, kind=kind
        )
    names, waves = shared_segments(first, second)
    if names:
        effects = effects_of(names, *waves, match, confidence=confidence, kind=kind)
        _warn_of_small(effects)
    return NPSChange(
        before=first.score,
        after=second.score,
        difference=observed,
        standard_error=100 * told.error,
        interval=found.interval(observed, confidence),
        p_value=found.p_value(),
        degrees_of_freedom=found.degrees,
        adjusted_difference=100 * found.value,
        adjusted_standard_error=100 * found.error,
        required_n=_required(*scores, told, confidence),
        panel=panel,
        segments=effects,
        method=method,
        definition=_definition(match),
        kind=kind,
    )


def _matched(before: ReadWave, after: ReadWave) -> NDArray[np.int64] | None:
    match = matched(before, after)
    stayed = _FEW["wald"] if match is None else int((match >= 0).sum())
    told = None
    if stayed == 0:
        told = (
            "Nobody is in both waves: are these ids of the same people? The waves are taken as "
            "independent samples."
        )
    elif stayed < _FEW["adjusted-wald"]:
        told = f"Only {stayed} are in both waves: the interval within persons is doubtful."
    if told is not None:
        warn(told)
    return match


def _in_both(
    before: ReadWave, after: ReadWave, match: NDArray[np.int64] | None
) -> NDArray[np.float64] | None:
    """People in both waves by kind before and after; None without ids."""
    if match is None:
        return None
    both, stayed = np.zeros((3, 3)), match >= 0
    np.add.at(both, (1 - before.points[match[stayed]], 1 - after.points[stayed]), 1.0)
    return both


def _required(before: NPS, after: NPS, told: Difference, confidence: float) -> RequiredN:
    """Answers in each wave, with as large a part of them from the same people."""
    own = [_of_one(score) for score in (before, after)]
    certain = before.design_effect == after.design_effect == 0
    if certain or math.isnan(told.error):
        return RequiredN(math.nan, math.nan, _POWER, "answers")
    if told.value == 0:
        return RequiredN(math.inf, math.inf, _POWER, "answers")
    # What the same people take off; none are known where results are given, as with a population.
    squares = [(score.standard_error / 100) ** 2 for score in (before, after)]
    joint = max(sum(squares) - told.error**2, 0.0) * math.sqrt(before.n * after.n)
    left = max(1 - joint / sum(own), 0.0) if joint > _ROUNDING else 1.0
    everybody = [score.population or math.inf for score in (before, after)]
    z = normal_quantile(confidence)
    interval, power = (
        float(answers_needed([left * one for one in own], abs(told.value) / far, everybody))
        for far in (z, z + normal_quantile(2 * _POWER - 1))
    )
    return RequiredN(interval, power, _POWER, "answers")


def _of_one(score: NPS) -> float:
    """The variance of one answer, with what weights and clusters bring to it."""
    shares = (score.promoter_share, score.passive_share, score.detractor_share)
    effect = score.design_effect
    if effect == 0:
        effect = 1.0  # everybody answered, and nothing is left to see of weights and clusters
    elif score.population is not None:
        effect *= (score.population - 1) / (score.population - score.n)
    return float(net_scores.moments(shares)[1]) * effect


def _warn_of_few(before: NPS, after: NPS, method: ChangeMethod, *, nothing: bool) -> None:
    told = None
    fewest, n = _FEW[method], min(before.n, after.n)
    worths = [float(score.worth.sum()) for score in (before, after)]
    worth = min((worth for worth in worths if not math.isnan(worth)), default=math.inf)
    if min(n, worth) < fewest:
        many = counted(n, "answer") if n <= worth else f"answers worth {worth:.1f} independent ones"
        told = (
            f"A wave has {many}: of fewer than {fewest} in a wave the interval "
            f"(method={method!r}) is doubtful."
        )
    elif method == "wald" and nothing and not all(map(math.isinf, worths)):
        told = "Nothing varies: the Wald interval has no width, as if that were certain."
    if told is not None:
        warn(told)


def _warn_of_small(effects: NPSEffects) -> None:
    """Segments with too few answers for a linearised error, in a wave in which they are."""
    few = _FEW["adjusted-wald"]
    small = [
        str(name)
        for name, *sizes in zip(
            effects.segments, effects.n_before.tolist(), effects.n_after.tolist(), strict=True
        )
        if any(0 < size < few for size in sizes)
    ]
    if small:
        warn(
            f"Some segments have fewer than {few} answers in a wave: {', '.join(small[:5])}"
            f"{', ...' if len(small) > 5 else ''}. The intervals of their effects are doubtful; "  # noqa: PLR2004
            "take small segments together."
        )
    unknown = [
        name for name in ("within", "mix") if math.isnan(effects.estimate(name).standard_error)
    ]
    if unknown:
        warn(f"Nothing is known of how sure these effects of segments are: {', '.join(unknown)}.")


def _definition(match: NDArray[np.int64] | None) -> str:
    if match is None or (match < 0).all():
        return "Score after less score before, two independent samples."
    return (
        f"Score after less score before, of all answers; the error allows for the "
        f"{int((match >= 0).sum()):,} people who are in both waves."
    )
