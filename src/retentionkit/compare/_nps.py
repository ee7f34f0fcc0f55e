r"""Did the net promoter score change, and by how much?

From the numbers of promoters, passives and detractors of either survey, adjusted Wald: to each,
three answers are added, half of them passive; the difference of the adjusted scores has the normal
interval with the standard error :math:`\sqrt{V_1/(n_1 + 3) + V_2/(n_2 + 3)}`, or Student's where a
variance comes from few clusters. Figures are on the scale -100 to 100.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

from retentionkit.arguments import check_number
from retentionkit.compare._assembled import Methods, Pair, assembled, check_used
from retentionkit.compare._contrast import Contrast, unknown
from retentionkit.compare._figure import (
    is_number,
    is_summary,
    kind_of,
    nowhere,
)
from retentionkit.compare._notes import warn_of_selection
from retentionkit.compare._nps_figures import END, Survey, read_survey
from retentionkit.compare._sides import CONTROL, OWN, sides_of
from retentionkit.compare._terms import Design, Selected, terms_of
from retentionkit.errors import warn
from retentionkit.intervals import satterthwaite

if TYPE_CHECKING:
    from retentionkit.compare._comparison import Comparison

__all__ = ["nps"]

_METHODS: Final = Methods(
    figure="with an adjusted Wald interval",
    difference="adjusted Wald interval, people independent of one another",
    relative="undefined: a score that may be negative has no zero to count per cent from",
    test="adjusted Wald test",
)
_CLUSTERED: Final = "adjusted Wald interval with Student's t for the clusters"
_CLUSTERED_TEST: Final = "adjusted Wald test with Student's t for the clusters"
_ENDLESS: Final = "The needed numbers are of answers from a population without end."
_WORST: Final = "The needed numbers are for surveys without passives, the worst case."


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
        share of passives, a share of passives without a published score, or an option that there
        is not.

    Warns
    -----
    RetentionKitWarning
        The customers were chosen by their first figure, and there is no control group; or both
        published scores are between -1 and 1, as if shares were meant.

    Notes
    -----
    Where a result was made with weights, clusters or a population, its answers enter as many as
    they are worth; with clusters by Student's t with Welch's degrees of freedom. The needed numbers
    are of answers from a population without end.

    Take `surveys.nps_change` if the answers are at hand: it knows who answered twice and which
    segments moved. Take this one for counts and published scores, with a control group, or beside
    rates and means in `several`.

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
        scale=(-END, END),
    )
    neutral = _check_passives(passives)
    _check_scale(first, second)
    warn_of_selection(terms)

    def make(one: object, two: object, names: tuple[str, str]) -> Pair:
        return _pair(read_survey(names[0], one, neutral[0]), read_survey(names[1], two, neutral[1]))

    pair = make(first, second, OWN)
    other = None if control is None else make(*sides_of(control), CONTROL)
    published = check_used("passives", passives, pair, other)
    methods = _METHODS
    if passives is None and published:
        methods = dataclasses.replace(_METHODS, notes=(_WORST,))
    given = (first, second, *(control or ()))
    if any(getattr(each, "population", None) is not None for each in given):
        methods = dataclasses.replace(methods, notes=(*methods.notes, _ENDLESS))
    if any(getattr(each, "n_clusters", None) is not None for each in given):
        methods = dataclasses.replace(methods, difference=_CLUSTERED, test=_CLUSTERED_TEST)
    return assembled("nps", terms, pair, methods, control=other, kind=kind_of(first, second))


def _pair(first: Survey, second: Survey) -> Pair:
    one, two = first.figure, second.figure
    if one.n is None or two.n is None:
        return Pair(one, two, unknown(one, two))
    value, centre = two.value - one.value, second.centre - first.centre
    squares = (first.error**2, second.error**2)
    error = math.sqrt(sum(squares))
    # By Welch; normal where there are no clusters, or nothing is left to chance.
    freedom = satterthwaite(squares, [first.number - 1, second.number - 1])

    def limits(confidence: float) -> tuple[float, float]:
        from scipy.special import stdtrit  # noqa: PLC0415 - scipy is loaded when needed

        half = error * float(stdtrit(freedom, 0.5 + confidence / 2))
        return max(min(centre - half, value), -2 * END), min(max(centre + half, value), 2 * END)

    from scipy.special import stdtr  # noqa: PLC0415 - as above

    contrast = Contrast(
        value=value,
        error=math.hypot(one.error, two.error),
        limits=limits,
        ratio=nowhere,
        centre=centre,
        p_value=2 * float(stdtr(freedom, -abs(centre) / error)) if error > 0 else math.nan,
        spread=(one.variance, two.variance),
    )
    return Pair(one, two, contrast)


def _check_passives(passives: object) -> tuple[float, float]:
    if passives is None:
        return 0.0, 0.0
    pair = passives if is_summary(passives, 2) else (passives, passives)
    do = "Write 20 % passives as passives=0.2."
    one, two = (check_number("passives", share, low=0, high=1, do=do) for share in pair)
    return one, two


def _check_scale(first: object, second: object) -> None:
    """Two scores of less than one point are probably shares."""
    if all(is_number(given) and 0 < abs(given) <= 1 for given in (first, second)):
        warn(
            f"The scores {first} and {second} are read on the scale -100 to 100: both are less "
            "than one point from zero. Write 0.38 as 38 if shares are meant."
        )
