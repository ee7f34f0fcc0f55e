r"""Did the net promoter score change?

The difference of two scores has, for two independent samples, the squared standard error

.. math:: \mathrm{se}^2 = \frac{V_1}{n_1} + \frac{V_2}{n_2}, \qquad V = p + d - (p - d)^2 .

People who answered in both waves are alike to themselves: their covariance is subtracted, see
`nps_change_panel`. What segments contribute is in `nps_change_effects`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit import net_scores
from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_confidence
from retentionkit.compare import required_n
from retentionkit.errors import warn
from retentionkit.surveys._nps.nps_change_effects import effects_of
from retentionkit.surveys._nps.nps_change_panel import difference, interval_of, panel_of
from retentionkit.surveys._nps.nps_change_result import METHOD_NAMES, NPSChange, Required
from retentionkit.surveys._nps.nps_change_waves import matched, read_wave, shared_segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._nps.answers import Treatment
    from retentionkit.surveys._nps.nps_change_effects import NPSEffects
    from retentionkit.surveys._nps.nps_change_result import ChangeMethod
    from retentionkit.surveys._nps.nps_change_waves import ReadWave
    from retentionkit.surveys._nps.nps_result import NPS

__all__ = ["nps_change"]

#: Answers in a wave below which the normal distribution is doubtful.
_FEW: Final = {"adjusted-wald": 10, "wald": 30}


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
    and the two differences answer different questions. `required` then assumes that as large a part
    of the answers comes from the same people.

    Clusters within one wave enter by the standard error of `nps`, but not by Student's quantile: of
    few clusters (fewer than thirty) the interval is too narrow.

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
      p-value     0.0832: no change is also compatible with these answers
      required    125 answers per wave for an interval without 0, 256 for 80 % power, if this is the
                  true difference
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
    found = _found(first, second, match, method, confidence)
    kind = first.kind or second.kind
    panel = effects = None
    if match is not None:
        panel = panel_of(
            first.points, second.points, match,
            confidence=confidence, adjust=method == "adjusted-wald", kind=kind,
        )  # fmt: skip
    names, waves = shared_segments(first, second)
    if names:
        effects = effects_of(names, *waves, match, confidence=confidence, kind=kind)
        _warn_of_small(effects)
    return NPSChange(
        before=first.score,
        after=second.score,
        difference=second.score.score - first.score.score,
        standard_error=found.error,
        interval=interval_of(found.adjusted, found.adjusted_error, confidence),
        p_value=_p_value(found.adjusted, found.adjusted_error),
        adjusted_difference=found.adjusted,
        adjusted_standard_error=found.adjusted_error,
        required=found.required,
        panel=panel,
        segments=effects,
        method=method,
        definition=_definition(match),
        kind=kind,
    )


class _Found(NamedTuple):
    """The difference on the scale of points."""

    error: float
    adjusted: float
    adjusted_error: float
    required: Required


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


def _found(
    before: ReadWave,
    after: ReadWave,
    match: NDArray[np.int64] | None,
    method: ChangeMethod,
    confidence: float,
) -> _Found:
    waves = [_worth(wave.score) for wave in (before, after)]
    both = None
    if match is not None:
        both = np.zeros((3, 3))
        stayed = match >= 0
        np.add.at(both, (1 - before.points[match[stayed]], 1 - after.points[stayed]), 1.0)
    plain, error = difference(waves, both, adjust=False)
    value, adjusted_error = difference(waves, both, adjust=method == "adjusted-wald")
    n, m = before.score.n, after.score.n
    worths = [float(wave[3]) for wave in waves if not math.isnan(wave[3])]
    alike = error == 0 and not all(map(math.isinf, worths))
    _warn_of_few(min(n, m), min(worths, default=math.inf), method, alike=alike)
    # With as large a part of the answers from the same people.
    own = [_of_one(wave.score) for wave in (before, after)]
    joint = 0.0 if both is None else own[0] / n + own[1] / m - error**2
    half = max(sum(own) - joint * math.sqrt(n * m), 0.0) / 2
    required = Required(*(_needed(plain, half, confidence, power) for power in (None, 0.8)))
    return _Found(100 * error, 100 * value, 100 * adjusted_error, required)


def _needed(value: float, half: float, confidence: float, power: float | None) -> float:
    if math.isnan(half):
        return math.nan
    return required_n(value, (half, half), confidence=confidence, power=power)


def _of_one(score: NPS) -> float:
    """The variance of one answer, with what weights, clusters and a population bring to it."""
    shares = (score.promoter_share, score.passive_share, score.detractor_share)
    # Where everybody answered, that of one of very many people.
    return float(net_scores.moments(shares)[1]) * (score.design_effect or 1.0)


def _worth(score: NPS) -> NDArray[np.float64]:
    """Shares of the three kinds of answers, and how many independent answers they are worth."""
    effect = score.design_effect
    worth = math.inf if effect == 0 else score.n / effect
    return np.array([score.promoter_share, score.passive_share, score.detractor_share, worth])


def _p_value(value: float, error: float) -> float:
    from scipy.special import ndtr  # noqa: PLC0415 - scipy is loaded when needed

    return float(2 * ndtr(-abs(value) / error)) if error > 0 else math.nan


def _warn_of_few(n: int, worth: float, method: ChangeMethod, *, alike: bool) -> None:
    told = None
    fewest = _FEW[method]
    if min(n, worth) < fewest:
        many = counted(n, "answer") if n <= worth else f"answers worth {worth:.1f} independent ones"
        told = (
            f"A wave has {many}: of fewer than {fewest} in a wave the normal interval "
            f"(method={method!r}) is doubtful."
        )
    elif alike and method == "wald":
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
