"""Answers of a traveller survey whose truth is known: scores, drivers, and who comes back.

Each respondent has standard normal ratings of touchpoints, which add up to an experience with the
stated weights. The experience, and something of the respondent's own, decides the answer to "would
you recommend us?" by its rank, so that promoters, passives and detractors have exactly the stated
shares in every segment and wave; they come back with exactly the stated rates.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice, check_number, check_whole
from retentionkit.durations import Moment, day_number, moment
from retentionkit.errors import OptionError
from retentionkit.frames import FrameKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import Frame

__all__ = ["SurveyTruth", "simulate_survey"]

_SCORES: Final = {"leisure": (38.0, 62.0), "business": (25.0, 25.0), "group": (-18.0, 5.0)}
_MIX: Final = {"leisure": 0.5, "business": 0.3, "group": 0.2}
_IMPORTANCE: Final = {
    "booking": 0.1, "advice": 0.2, "guide": 0.5, "hotel": 0.3, "pace": 0.4, "follow_up": 0.0,
}  # fmt: skip
_RATED: Final = {"booking": 0.4, "advice": 0.1, "guide": 0.5, "hotel": -0.1, "pace": -0.6}
_RETURNED: Final = (0.85, 0.7, 0.45)

#: Shares of the answers 1 to 5 about satisfaction, and of 1 to 7 about ease.
_FIVE: Final = (0.08, 0.12, 0.25, 0.35, 0.2)
_SEVEN: Final = (0.04, 0.06, 0.1, 0.15, 0.25, 0.25, 0.15)
#: Shares of the answers within each kind, the lowest answer first.
_WITHIN: Final[dict[str, tuple[tuple[int, ...], tuple[float, ...]]]] = {
    "detractor": ((0, 1, 2, 3, 4, 5, 6), (0.12, 0.04, 0.06, 0.1, 0.13, 0.27, 0.28)),
    "passive": ((7, 8), (0.4, 0.6)),
    "promoter": ((9, 10), (0.4, 0.6)),
}
_TOUCH: Final = 0.3  # correlation of any two touchpoints
_LINK: Final = 0.7  # correlation of the experience with what follows from it
_LOCK: Final = 0.05  # what a step of switching cost adds to the chance of coming back

_Array: TypeAlias = "NDArray[np.float64]"


@dataclasses.dataclass(frozen=True, slots=True)
class SurveyTruth:
    """What is true of the people who answer `simulate_survey`.

    Attributes
    ----------
    scores
        True NPS of each segment, one for each wave, -100 to 100.
    mix
        Share of each segment among the respondents, in every wave.
    passives
        True share of passives everywhere.
    importance
        Weight of each touchpoint in the experience; they are scaled to a variance of 1.
    rated
        How much better each touchpoint is rated than a middling one, in standard deviations; 0 for
        those that are not named.
    returned
        Share of promoters, of passives and of detractors who come back.

    Examples
    --------
    >>> from retentionkit.datasets import SurveyTruth
    >>> SurveyTruth().score(2)
    39.5
    """

    scores: Mapping[str, Sequence[float]] = dataclasses.field(default_factory=lambda: _SCORES)
    mix: Mapping[str, float] = dataclasses.field(default_factory=lambda: _MIX)
    passives: float = 0.2
    importance: Mapping[str, float] = dataclasses.field(default_factory=lambda: _IMPORTANCE)
    rated: Mapping[str, float] = dataclasses.field(default_factory=lambda: _RATED)
    returned: tuple[float, float, float] = _RETURNED

    def __post_init__(self) -> None:
        """Refuse what cannot be true."""
        passives = check_number("passives", self.passives, low=0, high=1)
        for shift in self.rated.values():
            check_number("rated", shift)
        for rate in self.returned:
            check_number("returned", rate, low=2 * _LOCK, high=1 - 2 * _LOCK)
        most = 100 * (1 - passives)
        do = "With so many passives the score cannot be so far out."
        for score in (score for row in self.scores.values() for score in row):
            check_number("scores", score, low=-most, high=most, do=do)
        lengths = {len(row) for row in self.scores.values()}
        if len(lengths) != 1 or 0 in lengths or set(self.scores) != set(self.mix):
            raise OptionError(
                "Scores and mix do not fit together.",
                received=f"scores of {dict(self.scores)}, mix of {dict(self.mix)}",
                allowed="the same segments in both, and as many waves in each segment",
                do="State a score for each wave of each segment, and a share of each segment.",
            )
        for name, weights in (("mix", self.mix), ("importance", self.importance)):
            if not sum(weights.values()) > 0 or min(weights.values()) < 0:
                raise OptionError(
                    f"`{name}` cannot be negative, nor zero throughout.",
                    received=repr(dict(weights)),
                    allowed="numbers of at least 0, some above",
                    do="State how common the segments are, and what matters to respondents.",
                )

    @property
    def n_waves(self) -> int:
        """How many waves there are."""
        return len(next(iter(self.scores.values())))

    def score(self, wave: int) -> float:
        """True NPS of all respondents of a wave, the first one being 1."""
        total = sum(self.mix.values())
        return sum(self.mix[name] / total * row[wave - 1] for name, row in self.scores.items())


def simulate_survey(
    n_respondents: int,
    *,
    truth: SurveyTruth | None = None,
    panel: bool = False,
    start: Moment = "2025-01-01",
    unanswered: float = 0.0,
    rng: int | np.random.Generator = 0,
    kind: FrameKind = "pandas",
) -> Frame:
    """Answers of travellers in several waves, drawn from a known truth.

    Parameters
    ----------
    n_respondents
        Respondents of each wave.
    truth
        What is true of them; by default three segments in two waves, of which one improves from 38
        to 62, one from -18 to 5, and one stays at 25.
    panel
        Whether the same people answer in every wave, and are alike in all of them, instead of other
        people each time.
    start
        First day of the first wave. A wave takes the 90 days before the next one starts, 91 days
        after it.
    unanswered
        Chance that a question about the experience is left out; missing answers are null.
    rng
        Seed, or a generator that is drawn from. The default makes the same answers each time.
    kind
        The kind of frame to return.

    Returns
    -------
    Frame
        One row for each respondent and wave: `customer_id`, `date`, `wave` (from 1), `segment`;
        `recommend` (0 to 10), `satisfaction` (1 to 5), `ease` (1 to 7), one column for each
        touchpoint (1 to 5), `perceived_value`, `switching_cost` and `attachment` (1 to 5); and what
        happened within a year: `returned` (true or false) and `spend`, 0 for who did not return.

    Raises
    ------
    OptionError
        A number is out of its range.

    Notes
    -----
    Touchpoints correlate by 0.3 with each other; satisfaction, ease and perceived value by 0.7 with
    the experience, all before they are rounded to answers. The experience of a kind of respondent
    is shifted with the score of segment and wave only through its rank: satisfaction does not
    improve from wave to wave. Each step of switching cost above 3 adds 0.05 to the chance of
    coming back, whatever the experience. Attachment correlates by 0.5 with the experience and
    changes nothing.

    Examples
    --------
    >>> import retentionkit as rk
    >>> answers = rk.datasets.simulate_survey(1_000)
    >>> later = answers[answers["wave"] == 2]
    >>> rk.surveys.nps(later["recommend"]).interval  # the truth is 39.5
    Interval(36.12 to 46.03, 95 %)
    """
    do = "Pass how many people answer in each wave, such as n_respondents=1_000."
    size = check_whole("n_respondents", n_respondents, low=1, do=do)
    absent = check_number("unanswered", unanswered, low=0, high=1)
    check_choice("kind", kind, get_args(FrameKind))
    truth = SurveyTruth() if truth is None else truth
    first = day_number(moment("start", start))
    generator = np.random.default_rng(rng)
    own = _respondents(generator, size, truth)
    rows: list[dict[str, NDArray[Any]]] = []
    for wave in range(truth.n_waves):
        people = own if panel or wave == 0 else _respondents(generator, size, truth)
        ids = np.arange(1, size + 1) + (0 if panel else wave * size)
        day = first + 91 * wave + generator.integers(0, 90, size)
        known = {"customer_id": ids, "date": day.astype("datetime64[D]")}
        rows.append(known | _wave(generator, people, truth, wave))
    columns = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    answers = [name for name in columns if name not in _GIVEN]
    return frames.build(
        columns | {name: _some(generator, columns[name], absent) for name in answers}, kind
    )


_GIVEN: Final = ("customer_id", "date", "wave", "segment", "returned", "spend")


@dataclasses.dataclass(frozen=True, slots=True)
class _People:
    """What does not change from wave to wave in a panel."""

    segment: NDArray[Any]
    own: _Array


def _respondents(rng: np.random.Generator, size: int, truth: SurveyTruth) -> _People:
    names = list(truth.mix)
    shares = np.array([truth.mix[name] for name in names], dtype=np.float64)
    segment = np.array(names, dtype=object)[rng.choice(len(names), size, p=shares / shares.sum())]
    return _People(segment, rng.standard_normal(size))


def _wave(
    rng: np.random.Generator, people: _People, truth: SurveyTruth, wave: int
) -> dict[str, NDArray[Any]]:
    """All columns of one wave but who answered when."""
    size = len(people.own)
    touched, experience = _experience(rng, people.own, truth)
    kinds, recommend = _recommendation(_tied(rng, experience, _LINK), people, truth, wave)
    cost = rng.choice(5, size, p=(0.1, 0.2, 0.4, 0.2, 0.1)) + 1
    chance = np.array(truth.returned)[kinds] + _LOCK * (cost - 3)
    returned = rng.random(size) < chance
    spend = np.round(rng.lognormal(6.0, 0.5, size), 2) * returned
    return {
        "wave": np.full(size, wave + 1),
        "segment": people.segment,
        "recommend": recommend,
        "satisfaction": _answer(_tied(rng, experience, _LINK), _FIVE),
        "ease": _answer(_tied(rng, experience, _LINK), _SEVEN),
        **{
            name: _answer(rating + truth.rated.get(name, 0.0), _FIVE)
            for name, rating in touched.items()
        },
        "perceived_value": _answer(_tied(rng, experience, _LINK), _FIVE),
        "switching_cost": cost,
        "attachment": _answer(_tied(rng, experience, 0.5), _FIVE),
        "returned": returned,
        "spend": spend,
    }


def _experience(
    rng: np.random.Generator, own: _Array, truth: SurveyTruth
) -> tuple[dict[str, _Array], _Array]:
    """Ratings of the touchpoints, and what they add up to; all standard normal."""
    names = list(truth.importance)
    weights = np.array([truth.importance[name] for name in names], dtype=np.float64)
    parts = rng.standard_normal((len(names), len(own)))
    ratings = math.sqrt(_TOUCH) * own + math.sqrt(1 - _TOUCH) * parts
    variance = (1 - _TOUCH) * weights @ weights + _TOUCH * weights.sum() ** 2
    return dict(zip(names, ratings, strict=True)), weights @ ratings / np.sqrt(variance)


def _recommendation(
    liking: _Array, people: _People, truth: SurveyTruth, wave: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Kind (0 promoter, 1 passive, 2 detractor) and answer of each respondent."""
    from scipy.special import ndtr  # noqa: PLC0415 - scipy is loaded when needed

    rank = np.asarray(ndtr(liking), dtype=np.float64)
    scores = {name: row[wave] / 100 for name, row in truth.scores.items()}
    found = np.empty(len(rank), dtype=np.int64)
    for name, score in scores.items():
        here = people.segment == name
        promoters = (1 - truth.passives + score) / 2
        shares = {"detractor": promoters - score, "passive": truth.passives, "promoter": promoters}
        answers = [answer for kind in shares for answer in _WITHIN[kind][0]]
        likely = [share * part for kind, share in shares.items() for part in _WITHIN[kind][1]]
        place = np.searchsorted(np.cumsum(likely)[:-1], rank[here], side="right")
        found[here] = np.array(answers)[place]
    kinds = (found < 9).astype(np.int64) + (found < 7)  # noqa: PLR2004 - the measure
    return kinds, found


def _tied(rng: np.random.Generator, experience: _Array, correlation: float) -> _Array:
    """Something standard normal that goes with the experience."""
    noise = rng.standard_normal(len(experience))
    return correlation * experience + math.sqrt(1 - correlation**2) * noise


def _answer(rating: _Array, shares: tuple[float, ...]) -> NDArray[np.int64]:
    """An answer from 1 on, so that each has its share."""
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is loaded when needed

    cuts = np.asarray(ndtri(np.cumsum(shares)[:-1]), dtype=np.float64)
    return np.searchsorted(cuts, rating).astype(np.int64) + 1


def _some(rng: np.random.Generator, answers: NDArray[Any], absent: float) -> NDArray[Any]:
    """The answers without those that were left out."""
    if absent == 0:
        return answers
    return np.where(rng.random(len(answers)) < absent, np.nan, answers)
