"""What arrays and counts must satisfy to be histories of contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.errors import DataError, warn
from retentionkit.histories import _checks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["check_renewals", "flags", "from_counts", "warn_of_tenure"]

_LARGEST: Final = 2.0**53
_FEWEST: Final = 2
#: Ended contracts of which, were churn alike at all renewals, some would have ended at the first.
_MANY: Final = 50
#: Relative error of a count that came from a percentage times the number of customers.
_ROUNDING: Final = 1e-9


class Lives(NamedTuple):
    """Lengths of life of some cohorts, each with the number of customers."""

    renewals: NDArray[np.int64]
    ended: NDArray[np.bool_]
    weight: NDArray[np.float64]
    cohorts: int


def flags(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """One-dimensional truth values, read-only and our own; 0 and 1 are such, text is not."""
    found: NDArray[Any] = np.array(values, ndmin=1)
    if found.ndim == 1 and found.dtype.kind in "biufO":
        plain: list[Any] = [] if found.dtype.kind == "b" else found.tolist()
        wrong = [place for place, one in enumerate(plain) if not _is_flag(one)]
        if not wrong:
            result = found.astype(np.bool_)
            result.flags.writeable = False
            return result
        received = f"{plain[wrong[0]]!r} at position {wrong[0]}"
    else:
        received = f"{type(values).__name__} of type {found.dtype}"
    raise DataError(
        f"`{name}` does not say of each contract whether it has ended.",
        received=received,
        allowed="True or False (or 1 or 0), none missing",
        do=f"Compare first, such as {name}=status == 'cancelled'; a contract that still runs is "
        "False.",
    )


def _is_flag(one: object) -> bool:
    return isinstance(one, bool | np.bool_) or (isinstance(one, int | float) and one in {0, 1})


def check_renewals(renewals: NDArray[np.float64]) -> None:
    """Refuse what no contract can give."""
    fine = (renewals >= 0) & (renewals == np.floor(renewals)) & (renewals <= _LARGEST)
    _checks.refuse_values(
        "renewals",
        renewals,
        ~fine,
        "whole numbers from 0 on",
        "Pass how often the contract was renewed: 0 for a customer in the first period.",
    )


def warn_of_tenure(
    renewals: NDArray[np.int64], ended: NDArray[np.bool_], weight: NDArray[np.float64]
) -> None:
    """Periods paid count from 1: taken for renewals, they leave nobody to end at the first one."""
    if (ended & (renewals == 0)).any() or weight[ended].sum() < _MANY:
        return
    warn(
        "No contract ended at its first renewal. If your column counts the periods paid (tenure), "
        "renewals = tenure - 1."
    )


def from_counts(survivors: ArrayLike | Sequence[ArrayLike]) -> Lives:
    """Lengths of life from the survivors of one cohort, or of several."""
    cohorts = [_cohort(counts, row) for counts, row in _rows(survivors)]
    renewals = [np.concatenate((np.arange(len(s) - 1), [len(s) - 1])) for s in cohorts]
    ended = [np.arange(len(s)) < len(s) - 1 for s in cohorts]
    weight = [np.concatenate((s[:-1] - s[1:], s[-1:])) for s in cohorts]
    counts = np.concatenate(weight)
    some = counts > 0
    return Lives(
        np.concatenate(renewals)[some], np.concatenate(ended)[some], counts[some], len(cohorts)
    )


def _rows(survivors: Any) -> list[tuple[Any, str]]:  # noqa: ANN401 - one cohort or several
    """Each cohort's counts, and how to speak of it."""
    try:
        given: list[Any] = list(survivors)
    except TypeError:
        given = []
    several = any(np.ndim(one) > 0 for one in given)
    if not several:
        return [(given, "")]
    return [(one, f" of cohort {place}") for place, one in enumerate(given)]


def _cohort(counts: Any, of: str) -> NDArray[np.float64]:  # noqa: ANN401 - array-like
    """The counts of one cohort, without the NaN that fill up a table."""
    found = _checks.numbers("survivors", counts)
    known = np.flatnonzero(~np.isnan(found))
    s = found[: known[-1] + 1] if len(known) else found[:0]
    whole = np.rint(s)
    if len(s) < _FEWEST or not s[0] > 0:
        missing = f" and {len(found) - len(s)} missing" if len(found) > len(s) else ""
        _refuse(
            f"{len(s)} count{'s' * (len(s) != 1)}{missing}{of}, the first "
            f"{f'{s[0]:g}' if len(s) else 'missing'}",
            "at least two counts, the first of them positive",
        )
    wrong = np.flatnonzero(~(np.isfinite(s) & (s >= 0)))
    if len(wrong):
        _refuse(f"{s[wrong[0]]:g} at position {wrong[0]}{of}", "numbers of customers from 0 on")
    wrong = np.flatnonzero(np.abs(s - whole) > _ROUNDING * s[0])
    if len(wrong):
        _refuse(
            f"{s[wrong[0]]:g} at position {wrong[0]}{of}",
            "whole numbers of customers",
            "Percentages do not say how many customers stand behind them: multiply them by the "
            "number of customers at the start, and round.",
        )
    wrong = np.flatnonzero(np.diff(whole) > 0)
    if len(wrong):
        at = wrong[0] + 1
        _refuse(
            f"{whole[at]:g} after {whole[at - 1]:g} at position {at}{of}",
            "counts that never rise: nobody joins a cohort later",
        )
    return whole


def _refuse(received: str, allowed: str, do: str | None = None) -> None:
    raise DataError(
        "`survivors` cannot be the customers left of a cohort.",
        received=received,
        allowed=allowed,
        do=do
        or "Pass those who were customers at the start and after each period, such as "
        "[1000, 869, 743].",
    )
