"""Several comparisons at once: how many of the findings are left."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeGuard, cast

import numpy as np

from retentionkit._texts import counted, p_text
from retentionkit.arguments import check_choice
from retentionkit.compare._comparison import Comparison
from retentionkit.compare._figure import kind_of
from retentionkit.compare._measure import MEASURES, Measure, Wording, percent
from retentionkit.compare._multiplicity import MULTIPLICITIES, Multiplicity, adjusted_p_values
from retentionkit.compare._needed import RequiredN
from retentionkit.errors import KindError, OptionError
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array, frozen_mapping

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["Comparisons", "several"]


class Finding(Protocol):
    """What has a difference with its interval and a p-value."""

    @property
    def difference(self) -> Estimate | float:
        """The difference; where it is a number alone, `interval` is its interval."""
        ...

    @property
    def interval(self) -> Interval:
        """The interval of what the result is about."""
        ...

    @property
    def p_value(self) -> float:
        """Of no difference."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparisons(Result):
    """Several comparisons with p-values that hold for all of them together, made by `several`.

    Attributes
    ----------
    comparisons
        The comparisons by name, in the order in which they were passed.
    p_values, adjusted
        P-values of their effects as they are, and adjusted; shape (n,), NaN where there is none.
    multiplicity
        How they were adjusted.
    definition
        One sentence: what a finding is.
    kind
        The kind of series that the caller brought.
    """

    comparisons: Mapping[str, Finding]
    p_values: NDArray[np.float64]
    adjusted: NDArray[np.float64]
    multiplicity: Multiplicity
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Comparisons"

    @property
    def n(self) -> int:
        """Number of comparisons."""
        return len(self.comparisons)

    @property
    def confidence(self) -> float:
        """The level of all of them."""
        return _interval(next(iter(self.comparisons.values()))).confidence

    @property
    def measures(self) -> tuple[str, ...]:
        """What each comparison is of, as in `Comparison.measure`; "other" where it is not told."""
        return tuple(map(_measure, self.comparisons.values()))

    @property
    def effect(self) -> NDArray[np.float64]:
        """The differences, net of a control group if there is one, shape (n,)."""
        return np.array([_effect(part) for part in self.comparisons.values()])

    @property
    def low(self) -> NDArray[np.float64]:
        """Lower limits of the effects, shape (n,)."""
        return np.array([_interval(part).low for part in self.comparisons.values()])

    @property
    def high(self) -> NDArray[np.float64]:
        """Upper limits of the effects, shape (n,)."""
        return np.array([_interval(part).high for part in self.comparisons.values()])

    @property
    def found(self) -> tuple[str, ...]:
        """Names of the findings that are left: adjusted p-value below 1 less the confidence."""
        level = 1 - self.confidence
        return tuple(
            name
            for name, p in zip(self.comparisons, self.adjusted.tolist(), strict=True)
            if p < level
        )

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - of the kind that was passed
        """The comparison of that name."""
        return self.comparisons[name]

    def _table(self) -> Columns:
        parts = list(self.comparisons.values())
        left = set(self.found)
        pairs = [part if isinstance(part, Comparison) else None for part in parts]
        return {
            "comparison": list(self.comparisons),
            "first": [math.nan if pair is None else pair.first.value for pair in pairs],
            "second": [math.nan if pair is None else pair.second.value for pair in pairs],
            "effect": self.effect,
            "low": self.low,
            "high": self.high,
            "relative": [_relative(part) for part in parts],
            "n": [getattr(part, "n", None) for part in parts],
            "required_n": [_required(part) for part in parts],
            "p_value": self.p_values,
            "adjusted": self.adjusted,
            "found": [name in left for name in self.comparisons],
        }

    def _printed(self) -> Columns:
        parts = list(self.comparisons.values())
        words = [_words(part) for part in parts]
        rows = zip(words, self.effect.tolist(), self.low.tolist(), self.high.tolist(), strict=True)
        told = [(word.change(value), word.span(*ends, signed=True)) for word, value, *ends in rows]
        return {
            "": list(self.comparisons),
            "effect": [effect for effect, _ in told],
            f"{100 * self.confidence:g} %": [span for _, span in told],
            "relative": [percent(_relative(part)) for part in parts],
            "p": [p_text(p) for p in self.p_values.tolist()],
            "adjusted": [p_text(p) for p in self.adjusted.tolist()],
            "found": ["yes" if name in self.found else "no" for name in self.comparisons],
        }

    def _facts(self) -> Mapping[str, str]:
        alone = int((self.p_values < 1 - self.confidence).sum())
        facts = {
            "findings": f"{len(self.found):,} of {counted(self.n, 'comparison')}; "
            f"{alone:,} one by one",
        }
        untold = int(np.isnan(self.p_values).sum())
        if untold:
            facts["not counted"] = f"{counted(untold, 'comparison')} without a p-value"
        return {**facts, "definition": self.definition}


def several(
    comparisons: Mapping[str, Finding], *, multiplicity: Multiplicity = "holm"
) -> Comparisons:
    """Several comparisons beside one another, and how many of their findings are left.

    Of twenty comparisons in which nothing differs, one has a p-value below 0.05 on average.

    Parameters
    ----------
    comparisons
        Comparisons by name: all that were looked at, not only those that found something. Results
        of `rates` and the others, or whatever has a `difference` with its interval and a `p_value`,
        such as that of `surveys.nps_change`.
    multiplicity
        How the p-values are raised, as in `adjusted_p_values`.

    Returns
    -------
    Comparisons

    Raises
    ------
    KindError
        Something else than comparisons by name.
    OptionError
        No comparison, two of the same name, or comparisons of different confidence.

    Notes
    -----
    The effect of a comparison with a control group is the net difference. Intervals are those of
    the single comparisons, at their own level: where nothing differs, one of twenty misses zero.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
       Journal of Statistics 6(2), 65-70.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.compare.several({
    ...     "north": rk.compare.rates((48, 80), (56, 70)),
    ...     "south": rk.compare.rates((30, 80), (40, 80)),
    ...     "west": rk.compare.rates((50, 90), (64, 90)),
    ... })
    >>> found.adjusted.round(3).tolist(), found.found
    ([0.024, 0.111, 0.06], ('north',))
    """
    check_choice("multiplicity", multiplicity, MULTIPLICITIES)
    if not _is_named(comparisons):
        raise KindError(
            "`comparisons` must be comparisons by name.",
            received=_strange(comparisons),
            allowed="a dictionary of results that have a difference, its interval and a p_value",
            do="Write {'north': rk.compare.rates((48, 80), (56, 70))}.",
        )
    given = {str(name): part for name, part in comparisons.items()}
    if len(given) < len(comparisons):
        raise OptionError(
            "Two comparisons have the same name.",
            received=", ".join(map(repr, comparisons)),
            allowed="names that differ as texts",
            do="Call one of them something else: none may be left out.",
        )
    levels = {_interval(part).confidence for part in given.values()}
    if len(levels) != 1:
        raise OptionError(
            "The comparisons must have one confidence.",
            received=", ".join(f"{level:g}" for level in sorted(levels)) or "no comparison",
            allowed="at least one comparison, all of the same confidence",
            do="Make them with the same confidence.",
        )
    p_values = [part.p_value for part in given.values()]
    (level,) = levels
    return Comparisons(
        comparisons=frozen_mapping(given),
        p_values=frozen_array(p_values, np.float64),
        adjusted=frozen_array(adjusted_p_values(p_values, method=multiplicity), np.float64),
        multiplicity=multiplicity,
        definition=(
            f"Found where the p-value, adjusted for all comparisons ({multiplicity}), is below "
            f"{1 - level:.3g}; intervals are of each comparison by itself."
        ),
        kind=kind_of(*given.values()),
    )


def _is_named(given: object) -> TypeGuard[Mapping[object, Finding]]:
    if not isinstance(given, Mapping):
        return False
    values = cast("Mapping[object, object]", given).values()
    return all(_is_finding(part) for part in values)


def _strange(given: object) -> str:
    """The first that is no comparison, with its name; all of it where it is no mapping."""
    if not isinstance(given, Mapping):
        return repr(given)[:80]
    named = cast("Mapping[object, object]", given)
    name, part = next((name, part) for name, part in named.items() if not _is_finding(part))
    return f"{name!r}: an object of type {type(part).__name__}"


def _is_finding(given: object) -> bool:
    told = getattr(given, "difference", None)
    interval = told.interval if isinstance(told, Estimate) else getattr(given, "interval", None)
    return (
        isinstance(told, Estimate | float)
        and isinstance(interval, Interval)
        and isinstance(getattr(given, "p_value", None), float)
    )


def _effect(part: Finding) -> float:
    """The difference, net of the control group if there is one."""
    return float(part.effect if isinstance(part, Comparison) else part.difference)


def _interval(part: Finding) -> Interval:
    """The interval of the effect."""
    told = part.effect if isinstance(part, Comparison) else part.difference
    return told.interval if isinstance(told, Estimate) else part.interval


def _relative(part: Finding) -> float:
    """The relative change, net of the control group if there is one."""
    if not isinstance(part, Comparison):
        return math.nan
    return part.relative.value if part.net_relative is None else part.net_relative.value


def _required(part: Finding) -> float:
    """How many are needed to find such a difference; NaN where the result does not say."""
    needed = getattr(part, "required_n", None)
    return needed.with_power if isinstance(needed, RequiredN) else math.nan


def _words(part: Finding) -> Wording:
    """How the figures of a comparison are told; those of another room as plain numbers."""
    measure = _measure(part)
    return MEASURES["mean" if measure == "other" else measure]


def _measure(part: Finding) -> Measure | Literal["other"]:
    """What a comparison is of; results of other rooms may tell it, such as a change of NPS."""
    told = getattr(part, "measure", None)
    found: list[Measure] = [measure for measure in MEASURES if measure == told]
    return found[0] if found else "other"
