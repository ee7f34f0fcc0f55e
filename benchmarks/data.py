"""The data that is measured: seeded, of any size, and made without the code that is measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Arrays = dict[str, "NDArray[Any]"]

#: Rate and dropout of the customers: CDNOW's parameters, two years at most, in weeks.
TRUTH = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
#: Customers who buy about five times in the window, for the log.
BUSY = {"r": 0.9, "alpha": 6.4, "a": 0.9, "b": 6.0}
#: Customers who buy about ten times in the window, for segments.
REGULAR = {"r": 0.9, "alpha": 2.2, "a": 0.9, "b": 9.0}
#: Spend of CDNOW's customers.
SPEND = {"p": 6.25, "q": 3.74, "v": 15.44}
SPAN = 730  # days
CHUNK = 1_000_000


def histories(n_customers: int) -> Arrays:
    """Frequency, recency and age in weeks, of customers observed at the grain of a day."""
    sizes = [min(CHUNK, n_customers - low) for low in range(0, n_customers, CHUNK)]
    parts = [_histories(size, seed) for seed, size in enumerate(sizes)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _histories(size: int, seed: int) -> Arrays:
    customer, day, first = _purchases(size, seed, TRUTH)
    event = np.unique(customer * SPAN + day)  # purchases on one day are one
    customer, day = np.divmod(event, SPAN)
    later = day > first[customer]
    last = first.copy()
    np.maximum.at(last, customer, day)
    return {
        "frequency": np.bincount(customer[later], minlength=size),
        "recency": (last - first) / 7,
        "age": (SPAN - 1 - first) / 7,
    }


def spenders(n_customers: int) -> Arrays:
    """Customers with repeat purchases, three on average, and their mean spend in whole cents."""
    rng = np.random.default_rng(0)
    x = rng.geometric(1 / (1 + rng.gamma(1.0, 2.0, n_customers)))
    size = np.ones(n_customers)
    return {"frequency": x, "recency": size, "age": 2 * size, "monetary_value": _means(x, rng)}


def valued(n_customers: int) -> Arrays:
    """The histories with mean spends; NaN without repeat purchases."""
    arrays = histories(n_customers)
    x, rng = arrays["frequency"], np.random.default_rng(1)
    money = np.full(len(x), np.nan)
    money[x > 0] = _means(x[x > 0], rng)
    return arrays | {"monetary_value": money}


def _means(x: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Mean of x orders, whose total is in whole cents."""
    scale = rng.gamma(SPEND["q"], 1 / SPEND["v"], len(x))
    return np.round(rng.gamma(SPEND["p"] * x) / scale, 2) / x


def log(n_customers: int, truth: dict[str, float] = BUSY) -> Arrays:
    """A transaction log by date: `customer_id`, `date`, `amount` to the cent."""
    rng = np.random.default_rng(0)
    customer, day, first = _purchases(n_customers, 0, truth)
    customer = np.concatenate([np.arange(n_customers), customer])
    day = np.concatenate([first, day])
    order = np.lexsort((rng.random(len(day)), day))
    scale = 1 / rng.gamma(SPEND["q"], 1 / SPEND["v"], n_customers)
    amount = np.round(rng.gamma(SPEND["p"], scale[customer]), 2)
    origin = np.datetime64("2024-01-01", "us")
    return {
        "customer_id": customer[order],
        "date": origin + day[order].astype("timedelta64[D]"),
        "amount": amount[order],
    }


def answers(n: int, groups: int = 1_000) -> Arrays:
    """Answers from 0 to 10 in groups of about one size, in random order."""
    rng = np.random.default_rng(0)
    shares = [0.02] * 5 + [0.05, 0.05, 0.1, 0.2, 0.25, 0.25]
    return {"group": rng.integers(0, groups, n), "answer": rng.choice(11, n, p=shares)}


def _purchases(
    size: int, seed: int, truth: dict[str, float]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Customer and day of each repeat purchase, and each customer's first day."""
    rng = np.random.default_rng(seed)
    first = SPAN * rng.random(size)
    rate = rng.gamma(truth["r"], 1 / (7 * truth["alpha"]), size)
    dropout = rng.beta(truth["a"], truth["b"], size)
    left = SPAN - first
    bought = rng.poisson(rate * left)
    count = np.minimum(bought, rng.geometric(dropout))
    buys = np.flatnonzero(count)
    last = left[buys] * rng.beta(count[buys], bought[buys] - count[buys] + 1)
    earlier = np.repeat(np.arange(len(buys)), count[buys] - 1)
    customer = np.concatenate([buys, buys[earlier]])
    time = np.concatenate([last, last[earlier] * rng.random(len(earlier))])
    return customer, (first[customer] + time).astype(np.int64), first.astype(np.int64)


#: What can be measured on: the unit that a size counts, and how it is made.
KINDS = {"customers": histories, "spenders": spenders, "valued customers": valued}


def made(folder: Path, kind: str, size: int) -> Path:
    """The arrays of a kind and size, made when they are first asked for."""
    path = folder / f"{size:,} {kind}"
    return path if path.exists() else save(KINDS[kind](size), folder, path.name)


def save(arrays: Arrays, folder: Path, name: str) -> Path:
    path = folder / name
    path.mkdir()
    for column, values in arrays.items():
        np.save(path / f"{column}.npy", values)
    return path


def load(path: Path, first: int | None = None) -> Arrays:
    """The arrays, or the first rows of them without reading the rest."""
    files = sorted(Path(path).glob("*.npy"))
    if first is None:
        return {file.stem: np.load(file) for file in files}
    return {file.stem: np.array(np.load(file, mmap_mode="r")[:first]) for file in files}
