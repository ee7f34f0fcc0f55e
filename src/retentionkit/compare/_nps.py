r"""Did the net promoter score change, and by how much?

From the numbers of promoters, passives and detractors of either survey, adjusted Wald: to each,
three answers are added, half of them passive; the difference of the adjusted scores has the normal
interval with the standard error :math:`\sqrt{V_1/(n_1 + 3) + V_2/(n_2 + 3)}`. Figures are on the
scale -100 to 100.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeGuard, runtime_checkable

import numpy as np

from retentionkit import net_scores
from retentionkit.arguments import check_number, check_whole
from retentionkit.compare._assembled import Methods, Pair, assembled
from retentionkit.compare._contrast import Contrast, unknown
from retentionkit.compare._figure import (
    Figure,
    is_number,
    is_summary,
    not_understood,
    nowhere,
    published,
)
from retentionkit.compare._notes import warn_of_selection
from retentionkit.compare._sides import CONTROL, OWN, sides_of
from retentionkit.compare._terms import Design, Selected, terms_of
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.compare._comparison import Comparison

__all__ = ["nps"]

_END: Final = 100.0
_FORMS: Final = "the result of surveys.nps, (promoters, passives, detractors), or a published score"
_METHODS: Final = Methods(
    figure="with an adjusted Wald interval",
    difference="adjusted Wald interval, people independent of one another",
    relative="undefined: a score that may be negative has no zero to count per cent from",
    test="adjusted Wald test",
)
_WORST: Final = "The needed numbers are for surveys without passives, the worst case."


@runtime_checkable
class PromoterCounts(Protocol):
    """What has numbers of promoters, passives and detractors, such as the result of an NPS."""

    @property
    def promoters(self) -> int:
        """How many answered 9 or 10."""
        ...

    @property
    def passives(self) -> int:
        """How many answered 7 or 8."""
        ...

    @property
    def detractors(self) -> int:
        """How many answered 0 to 6."""
        ...


def nps(
    first: object,
    second: object,
    *,
    design: Design = "before-after",
    control: tuple[object, object] | None = None,
    passives: float | tuple[float, float] | None = None,
    labels: tuple[str, str] | None = None,
    selected: Selected | None = None,
    reliability: float | None = None,
    population_mean: float | None = None,
    confidence: float = 0.95,
    power: float = 0.8,
) -> Comparison:
    """Compare two net promoter scores: the second less the first, in points.

    Parameters
    ----------
    first, second
        The result of `surveys.nps` (or anything with `promoters`, `passives` and `detractors`);
        `(promoters, passives, detractors)`; or a published score from -100 to 100 whose n is not
        known. First comes what is compared with: before, control, rest.
    design, control, labels
        As in `rates`.
    passives
        Share of passives (0 to 1) of published scores, one for both or one for each; None for the
        worst case, in which there are none.
    selected, reliability, population_mean, confidence, power
        As in `rates`; the mean of everybody as a score from -100 to 100.

    Returns
    -------
    Comparison
        All on the scale -100 to 100; `relative` is undefined.

    Raises
    ------
    DataError
        A survey without answers.
    KindError
        A figure in no known form.
    OptionError
        Counts that are not whole numbers, a score that is not on the scale or does not go with the
        share of passives, or an option that there is not.

    Warns
    -----
    RetentionKitWarning
        The customers were chosen by their first figure, and there is no control group.

    Notes
    -----
    Where a result was made with weights, clusters or a population, its shares and its number of
    independent answers (n over the design effect) are compared.

    References
    ----------
    .. [1] Rocks, B. (2016). Interval Estimation for the "Net Promoter Score". The American
       Statistician 70(4), 365-372.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.compare.nps((40, 30, 30), (50, 30, 20)).difference
    Estimate(20, 95 % -2.552 to 41.39, n = 200)
    >>> needed = rk.compare.nps(38, 62, passives=0.2).required_n
    >>> needed.interval, needed.with_power
    (72.0, 146.0)
    """
    terms = terms_of(
        design=design,
        labels=labels,
        confidence=confidence,
        power=power,
        selected=selected,
        reliability=reliability,
        population_mean=population_mean,
        control=control,
        scale=(-_END, _END),
    )
    neutral = _check_passives(passives)
    warn_of_selection(terms)

    def make(one: object, two: object, names: tuple[str, str]) -> Pair:
        return _pair(_read(names[0], one, neutral[0]), _read(names[1], two, neutral[1]))

    pair = make(first, second, OWN)
    other = None if control is None else make(*sides_of(control), CONTROL)
    figures = (pair, other) if other is not None else (pair,)
    guessed = passives is None and any(None in {p.first.n, p.second.n} for p in figures)
    methods = _METHODS
    if guessed:
        methods = Methods(
            _METHODS.figure, _METHODS.difference, _METHODS.relative, _METHODS.test, (_WORST,)
        )
    return assembled("nps", terms, pair, methods, control=other)


def _pair(first: _Survey, second: _Survey) -> Pair:
    one, two = first.figure, second.figure
    if first.counts is None or second.counts is None:
        return Pair(one, two, unknown(one, two))
    rows = net_scores.adjusted([first.counts, second.counts])
    scores, variances = net_scores.moments(rows)
    centre = _END * float(scores[1] - scores[0])
    error = _END * math.sqrt(float((variances / rows.sum(axis=1)).sum()))

    def limits(confidence: float) -> tuple[float, float]:
        half = normal_quantile(confidence) * error
        return max(centre - half, -2 * _END), min(centre + half, 2 * _END)

    from scipy.special import ndtr  # noqa: PLC0415 - scipy is loaded when needed

    contrast = Contrast(
        value=two.value - one.value,
        error=math.hypot(one.error, two.error),
        limits=limits,
        ratio=nowhere,
        centre=centre,
        p_value=2 * float(ndtr(-abs(centre) / error)),
        spread=(one.variance, two.variance),
    )
    return Pair(one, two, contrast)


class _Survey:
    """A score, and the counts that it was made of if they are known."""

    __slots__ = ("counts", "figure")

    def __init__(self, figure: Figure, counts: NDArray[np.float64] | None) -> None:
        self.figure = figure
        self.counts = counts


def _read(name: str, given: object, passives: float) -> _Survey:
    if is_number(given):
        value = check_number(name, given, low=-_END, high=_END)
        variance = (1 - passives) * _END**2 - value**2
        # The others are promoters and detractors: their shares must leave room for the score.
        if abs(value) > _END * (1 - passives) + 1e-9:
            raise OptionError(
                f"`{name}` cannot be so far from zero with so many passives.",
                received=f"a score of {value:g} with {100 * passives:g} % passives",
                allowed=f"scores from {-_END * (1 - passives):g} to {_END * (1 - passives):g}",
                do="Write 20 % passives as passives=0.2.",
            )
        return _Survey(published(value, max(variance, 0.0)), None)
    if is_summary(given, 3):
        return _counted(name, np.array(_whole(name, given)), sum(_whole(name, given)))
    if _has_counts(given):
        return _surveyed(name, given)
    raise not_understood(name, given, _FORMS)


def _has_counts(given: object) -> TypeGuard[PromoterCounts]:
    return isinstance(given, PromoterCounts)


def _whole(name: str, given: tuple[object, ...]) -> list[int]:
    kinds = ("promoters", "passives", "detractors")
    return [
        check_whole(f"{kind} of {name}", number, low=0)
        for kind, number in zip(kinds, given, strict=True)
    ]


def _surveyed(name: str, given: PromoterCounts) -> _Survey:
    """A result: its counts, or what these are worth with weights, clusters and population."""
    whole = _whole(name, (given.promoters, given.passives, given.detractors))
    n = sum(whole)
    effect = float(getattr(given, "design_effect", 1.0))
    if effect == 1:
        return _counted(name, np.array(whole), n)
    if not 0 < effect < math.inf:
        raise DataError(
            f"`{name}` has no standard error.",
            received=f"a design effect of {effect:g}",
            allowed="a score of a sample: more than one cluster, and less than the population",
            do="Compare the scores themselves; a whole population needs no interval.",
        )
    shares = ("promoter_share", "passive_share", "detractor_share")
    told = np.array([float(getattr(given, share)) for share in shares])
    return _counted(name, told * n / effect, n)


def _counted(name: str, counts: NDArray[Any], n: int) -> _Survey:
    if n == 0:
        raise DataError(
            f"`{name}` has no answers.",
            received="0 promoters, 0 passives, 0 detractors",
            allowed="at least one answer",
            do="Pass the score alone where the counts are not known.",
        )
    some = np.asarray(counts, dtype=np.float64)
    score, one = net_scores.moments(some)
    variance = float(one) * n / float(some.sum())

    def limits(confidence: float) -> tuple[float, float]:
        low, high = net_scores.adjusted_wald(some, z=normal_quantile(confidence))
        return max(_END * float(low), -_END), min(_END * float(high), _END)

    error = _END * math.sqrt(variance / n)
    figure = Figure(_END * float(score), _END**2 * variance, error, n, float(n), limits)
    return _Survey(figure, some)


def _check_passives(passives: object) -> tuple[float, float]:
    if passives is None:
        return 0.0, 0.0
    pair = passives if is_summary(passives, 2) else (passives, passives)
    one, two = (check_number("passives", share, low=0, high=1) for share in pair)
    return one, two
