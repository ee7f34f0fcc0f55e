"""Answers on a stated scale of whole numbers: read, checked, counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, TypeGuard

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.errors import DataError, OptionError, warn

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "TREATMENTS",
    "Labels",
    "Scale",
    "ScaleAnswers",
    "Treatment",
    "check_scale",
    "check_steps",
    "read_given",
    "read_scale_answers",
    "read_weights",
    "warn_of_unused_steps",
]

#: What is done with answers that are missing or off the scale.
Treatment: TypeAlias = Literal["error", "drop"]

#: The step of the scale that each text stands for.
Labels: TypeAlias = Mapping[Any, int]

TREATMENTS: Final = ("error", "drop")
_SHOWN: Final = 5
_LONGEST: Final = 1_000  # steps of a scale
_ENOUGH: Final = 30  # answers, of which some would be near the top
_LONG: Final = 6  # steps above the lowest, of which the upper two would be used


class Scale(NamedTuple):
    """A scale of whole numbers, both ends included."""

    low: int
    high: int

    def __str__(self) -> str:
        """The two ends in words."""
        return f"{self.low} to {self.high}"

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest answer."""
        return self.low, self.high

    @property
    def steps(self) -> NDArray[np.int64]:
        """All answers that there are, in order."""
        return np.arange(self.low, self.high + 1, dtype=np.int64)

    def per_cent(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where answers stand between the ends, 0 to 100."""
        return np.asarray(100 * (values - self.low) / (self.high - self.low), dtype=np.float64)


@dataclasses.dataclass(frozen=True, slots=True)
class ScaleAnswers:
    """Valid answers, and how many others there were.

    Attributes
    ----------
    values
        Whole numbers on the scale, shape (n,).
    given
        Which of the caller's answers these are, shape (number of answers and non-answers,).
    unanswered, invalid
        How many are missing, and how many lie off the scale or between two steps of it.
    """

    values: NDArray[np.int64]
    given: NDArray[np.bool_]
    unanswered: int
    invalid: int


def check_scale(scale: object) -> Scale:
    """The ends of a scale, if they are two whole numbers in order.

    Examples
    --------
    >>> print(check_scale((1, 5)))
    1 to 5
    """
    if _is_pair(scale):
        low, high = scale
        if _is_whole(low) and _is_whole(high) and 0 < int(high) - int(low) <= _LONGEST:
            return Scale(int(low), int(high))
    raise OptionError(
        "`scale` is not a scale.",
        received=repr(scale)[:80],
        allowed="the lowest and the highest answer as two whole numbers, such as (1, 5)",
        do="Pass both ends of the scale that people were shown.",
    )


def check_steps(name: str, answers: object, scale: Scale) -> tuple[int, ...]:
    """Some answers of the scale in order.

    Examples
    --------
    >>> check_steps("recommend", [10, 9], Scale(0, 10))
    (9, 10)
    """
    given: Any = answers
    found: list[Any] = list(given) if hasattr(given, "__iter__") else []
    if found and all(_is_whole(step) and scale.low <= step <= scale.high for step in found):
        return tuple(sorted({int(step) for step in found}))
    raise OptionError(
        f"`{name}` must be answers of the scale.",
        received=repr(answers)[:80],
        allowed=f"at least one whole number from {scale}",
        do=f"List them, such as {name}=[{scale.low}, {scale.low + 1}].",
    )


def read_scale_answers(
    answers: object,
    *,
    scale: Scale,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    labels: Labels | None = None,
    argument: str = "answers",
    warn: bool = True,
) -> ScaleAnswers:
    """The answers, once those that are none are refused or counted."""
    check_choice("missing", missing, TREATMENTS)
    check_choice("invalid", invalid, TREATMENTS)
    if labels is None:
        numbers = _numbers(answers, scale, argument)
    else:
        numbers = _labelled(answers, _checked_labels(labels, scale), invalid, argument)
    absent = np.isnan(numbers)
    wrong = ~absent & ~_on(numbers, scale)
    if missing == "error":
        _refuse_missing(absent, argument)
    if invalid == "error":
        _refuse_invalid(numbers, wrong, scale, argument)
    given = ~absent & ~wrong
    values = numbers[given].astype(np.int64)
    if warn:
        warn_of_unused_steps(np.bincount(values - scale.low), scale, argument)
    return ScaleAnswers(values, given, int(absent.sum()), int(wrong.sum()))


def _refuse_missing(absent: NDArray[np.bool_], argument: str = "answers") -> None:
    """An error that says where answers are missing, if any are."""
    if absent.any():
        some = f"{absent.sum():,} of {len(absent):,} {_noun(argument)}"
        raise DataError(
            "Some questions were not answered.",
            received=f"{some} are missing, {_at(absent)}",
            allowed="an answer in every place",
            do="Pass missing='drop' to count them as unanswered.",
        )


def _refuse_invalid(
    numbers: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    scale: Scale,
    argument: str = "answers",
) -> None:
    """An error that says where answers are not on the scale, if any are."""
    if wrong.any():
        seen = ", ".join(f"{value:g}" for value in np.unique(numbers[wrong])[:_SHOWN])
        received = f"{wrong.sum():,} {_noun(argument)} such as {seen}, {_at(wrong)}"
        raise _off_scale(received, f"whole numbers from {scale}")


def read_weights(weights: object, given: NDArray[np.bool_]) -> NDArray[np.float64]:
    """A positive weight for each valid answer."""
    found = read_given(frames.read_numbers(weights, argument="weights"), given, "weights")
    wrong = ~(np.isfinite(found) & (found > 0))
    if wrong.any():
        raise DataError(
            "Some weights are not positive numbers.",
            received=f"{wrong.sum():,} weights such as {found[wrong][0]:g}",
            allowed="a finite positive weight for each answer",
            do="Leave out respondents who should not count.",
        )
    return np.asarray(found, dtype=np.float64)


def read_given(values: NDArray[Any], given: NDArray[np.bool_], name: str) -> NDArray[Any]:
    """What stands beside the valid answers, if there is one value for each answer."""
    if len(values) != len(given):
        raise DataError(
            f"`{name}` must have one value for each answer.",
            received=f"{len(values):,} values, {len(given):,} answers",
            allowed="as many as there are answers, missing ones included",
            do=f"Take the answers and {name} from the same rows.",
        )
    return values[given]


def warn_of_unused_steps(counts: NDArray[np.int64], scale: Scale, argument: str) -> None:
    """Many answers that all stop two steps below the top may come from a shorter scale.

    `counts` are the numbers of answers of each step, from the lowest on.
    """
    n, used = int(counts.sum()), scale.low + np.flatnonzero(counts)
    long = scale.high - scale.low >= _LONG and n >= _ENOUGH
    if long and used[0] < used[-1] <= scale.high - 2:
        warn(
            f"{n:,} {_noun(argument)} lie between {used[0]} and {used[-1]}: is "
            f"this a scale from {scale}?"
        )


def _numbers(answers: object, scale: Scale, argument: str) -> NDArray[np.float64]:
    """The answers as numbers; yes and no are 1 and 0 where that is the scale."""
    try:
        return frames.read_numbers(answers, argument=argument)
    except DataError:
        place, found = frames.read_labels(answers, argument=argument)
        if any(isinstance(label, str) for label in found):
            raise _text(found, argument) from None
        if scale == (0, 1) and all(isinstance(label, bool) for label in found):
            return np.array([*map(float, map(bool, found)), np.nan])[place]
        raise


def _labelled(
    answers: object, labels: Mapping[Any, int], invalid: Treatment, argument: str
) -> NDArray[np.float64]:
    """The step that each text stands for; infinity for texts that stand for none."""
    place, found = frames.read_labels(answers, argument=argument)
    unknown = [label for label in found if label not in labels]
    if unknown and invalid == "error":
        wrong = np.isin(place, [found.index(label) for label in unknown])
        seen = ", ".join(map(repr, unknown[:_SHOWN]))
        raise _off_scale(
            f"{wrong.sum():,} {_noun(argument)} such as {seen}, {_at(wrong)}",
            f"the texts in `labels`: {', '.join(map(repr, labels))}",
        )
    steps = [float(labels.get(label, np.inf)) for label in found]
    return np.array([*steps, np.nan])[place]


def _checked_labels(labels: Labels, scale: Scale) -> Mapping[Any, int]:
    """The labels, if each stands for a step of the scale."""
    wrong: list[object] = []
    if _is_mapping(labels):
        wrong = [
            f"{text!r}: {step!r}"
            for text, step in labels.items()
            if not (_is_whole(step) and scale.low <= step <= scale.high)
        ]
        if labels and not wrong:
            return labels
    raise OptionError(
        "`labels` does not say which step of the scale each text is.",
        received=", ".join(map(str, wrong[:_SHOWN])) or repr(labels)[:80],
        allowed=f"a mapping of texts to whole numbers from {scale}",
        do=f"Write it out, such as labels={{'very satisfied': {scale.high}, ...}}.",
    )


def _text(found: Sequence[object], argument: str) -> DataError:
    seen = ", ".join(map(repr, found[:_SHOWN]))
    return DataError(
        f"`{argument}` are text, and nothing says which step of the scale each is.",
        received=f"{len(found):,} different texts: {seen}{', ...' if len(found) > _SHOWN else ''}",
        allowed="numbers on the scale, or texts with `labels`",
        do=f"Pass labels={{{found[0]!r}: ..., ...}} with the step that each text stands for.",
    )


def _noun(argument: str) -> str:
    """What the numbers of a column are called."""
    return argument if argument == "answers" else f"answers in {argument!r}"


def _off_scale(received: str, allowed: str) -> DataError:
    return DataError(
        "Some answers are not on the scale.",
        received=received,
        allowed=allowed,
        do="Correct them, or pass invalid='drop' to count them apart. Map other scales first.",
    )


def _on(numbers: NDArray[np.float64], scale: Scale) -> NDArray[np.bool_]:
    inside = (numbers >= scale.low) & (numbers <= scale.high)
    return np.asarray(inside & (numbers == np.rint(numbers)), dtype=np.bool_)


def _at(wrong: NDArray[np.bool_]) -> str:
    """The first positions, counted from 0."""
    places = np.flatnonzero(wrong)
    more = ", ..." if len(places) > _SHOWN else ""
    return "at positions " + ", ".join(map(str, places[:_SHOWN])) + more


def _is_pair(value: object) -> TypeGuard[Sequence[Any]]:
    given: Any = value
    return isinstance(value, tuple | list) and len(given) == 2  # noqa: PLR2004 - both ends


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, int]]:
    return isinstance(value, Mapping)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
