"""Net promoter scores as figures of a comparison: results, counts, published numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeGuard, runtime_checkable

import numpy as np

from retentionkit import net_scores
from retentionkit.arguments import check_number, check_whole
from retentionkit.compare._figure import (
    Figure,
    is_data,
    is_number,
    is_summary,
    not_understood,
    published,
)
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.intervals import normal_quantile, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["END", "Survey", "read_survey"]

#: Of the scale, on either side.
END: Final = 100.0
_FORMS: Final = "the result of surveys.nps, (promoters, passives, detractors), or a published score"


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


@runtime_checkable
class Surveyed(PromoterCounts, Protocol):
    """A score that says what its answers are worth, with weights, clusters and a population."""

    @property
    def worth(self) -> NDArray[np.float64]:
        """Promoters, passives and detractors as many as they are taken for, shape (3,)."""
        ...

    @property
    def n_clusters(self) -> int | None:
        """How many clusters the answers came from; None where they are independent."""
        ...


class Survey(NamedTuple):
    """A score, and what its difference to another one is made of."""

    figure: Figure
    #: The score and its standard error with three answers more.
    centre: float = math.nan
    error: float = math.nan
    #: Of so many independent answers or clusters that the normal distribution holds, or of so few.
    number: float = math.inf


def read_survey(name: str, given: object, passives: float) -> Survey:
    if is_number(given):
        value = check_number(name, given, low=-END, high=END)
        variance = (1 - passives) * END**2 - value**2
        # The others are promoters and detractors: their shares must leave room for the score.
        if abs(value) > END * (1 - passives) + 1e-9:
            raise OptionError(
                f"`{name}` cannot be so far from zero with so many passives.",
                received=f"a score of {value:g} with {100 * passives:g} % passives",
                allowed=f"scores from {-END * (1 - passives):g} to {END * (1 - passives):g}",
                do="Write 20 % passives as passives=0.2.",
            )
        return Survey(published(value, max(variance, 0.0)))
    if is_summary(given, 3):
        whole = _whole(name, given)
        return _counted(name, np.array(whole, dtype=np.float64), sum(whole))
    if _has_counts(given):
        return _surveyed(name, given)
    if is_data(given):
        raise KindError(
            f"`{name}` is a column of answers, not a score.",
            received=repr(given)[:80],
            allowed=_FORMS,
            do="Pass rk.surveys.nps(answers); or compare the answers with rk.surveys.nps_change.",
        )
    raise not_understood(name, given, _FORMS)


def _has_counts(given: object) -> TypeGuard[PromoterCounts]:
    return isinstance(given, PromoterCounts)


def _has_worth(given: PromoterCounts) -> TypeGuard[Surveyed]:
    return isinstance(given, Surveyed)


def _whole(name: str, given: tuple[object, ...]) -> list[int]:
    kinds = ("promoters", "passives", "detractors")
    return [
        check_whole(f"{kind} of {name}", number, low=0)
        for kind, number in zip(kinds, given, strict=True)
    ]


def _surveyed(name: str, given: PromoterCounts) -> Survey:
    """A result: its counts, or what these are worth with weights, clusters and population."""
    whole = _whole(name, (given.promoters, given.passives, given.detractors))
    n = sum(whole)
    if not _has_worth(given):
        return _counted(name, np.array(whole, dtype=np.float64), n)
    worth = np.asarray(given.worth, dtype=np.float64)
    if np.isnan(worth).any():
        raise DataError(
            f"`{name}` has no standard error.",
            received="answers of one cluster",
            allowed="a score of a sample of more than one cluster",
            do="Compare the scores themselves: nps(38, 62).",
        )
    if np.isinf(worth).any():
        return _everybody(whole)
    number = math.inf if given.n_clusters is None else given.n_clusters
    return _counted(name, worth, n, number=number)


def _everybody(counts: list[int]) -> Survey:
    """The score of a whole population, which has no sampling error."""
    score, variance = (float(moment) for moment in net_scores.moments(counts))
    value, n = END * score, sum(counts)

    def limits(_confidence: float) -> tuple[float, float]:
        return value, value

    return Survey(Figure(value, END**2 * variance, 0.0, n, float(n), limits), value, 0.0)


def _counted(name: str, counts: NDArray[np.float64], n: int, *, number: float = math.inf) -> Survey:
    """A score of n answers that are worth those counts."""
    if n == 0:
        raise DataError(
            f"`{name}` has no answers.",
            received="0 promoters, 0 passives, 0 detractors",
            allowed="at least one answer",
            do="Pass the score alone where the counts are not known.",
        )
    worth = float(counts.sum())
    score, one = (float(moment) for moment in net_scores.moments(counts))
    more = net_scores.adjusted(counts)
    centre, variance = (float(moment) for moment in net_scores.moments(more))

    def limits(confidence: float) -> tuple[float, float]:
        z = normal_quantile(confidence)
        if number < math.inf:
            z = float(t_quantile(number, confidence=confidence))
        low, high = net_scores.adjusted_wald(counts, z=z)
        return max(END * float(low), -END), min(END * float(high), END)

    # A population that nearly all belong to brings down the error, not the n that others need.
    of_each = END**2 * one * max(n / worth, 1.0)
    figure = Figure(END * score, of_each, END * math.sqrt(one / worth), n, float(n), limits)
    error = END * math.sqrt(variance / float(more.sum()))
    return Survey(figure, END * centre, error, number)
