"""What RFM segments and counts of answers by group take in polars written by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
from data import load
from timing import AS_OF, Measured, command_line, timed

if TYPE_CHECKING:
    from pathlib import Path

#: The same eleven segments: scores of recency, and means of those of frequency and money.
RULES = [
    ("champions", 5, 6, 4.0, 6.0),
    ("loyal", 3, 5, 4.0, 6.0),
    ("potential_loyalist", 4, 6, 2.0, 4.0),
    ("new", 5, 6, 0.0, 2.0),
    ("promising", 4, 5, 0.0, 2.0),
    ("need_attention", 3, 4, 3.0, 4.0),
    ("about_to_sleep", 3, 4, 0.0, 3.0),
    ("cannot_lose", 1, 3, 4.5, 6.0),
    ("at_risk", 1, 3, 3.0, 4.5),
    ("hibernating", 2, 3, 0.0, 3.0),
    ("lost", 1, 2, 0.0, 3.0),
]


def segmented(frame: pl.DataFrame, end: dt.date) -> pl.DataFrame:
    """As a careful analyst writes it: distinct days are orders, equal values have equal scores."""
    measures = (
        frame.filter(pl.col("date") < pl.lit(end) + pl.duration(days=1))
        .group_by("customer_id")
        .agg(
            since=(pl.lit(end) - pl.col("date").max()).dt.total_days(),
            orders=pl.col("date").n_unique(),
            spend=pl.col("amount").sum(),
        )
    )

    def score(name: str, *, falling: bool = False) -> pl.Expr:
        rank = pl.col(name).rank("average", descending=falling)
        return (1 + (5 * (rank - 0.5) / pl.len()).floor()).clip(upper_bound=5)

    scores = measures.with_columns(
        r=score("since", falling=True), fm=(score("orders") + score("spend")) / 2
    )
    segment = pl.lit(None, dtype=pl.String)
    for name, low, high, least, most in reversed(RULES):
        inside = pl.col("r").is_between(low, high, closed="left") & pl.col("fm").is_between(
            least, most, closed="left"
        )
        segment = pl.when(inside).then(pl.lit(name)).otherwise(segment)
    return (
        scores.with_columns(segment=segment)
        .group_by("segment")
        .agg(customers=pl.len(), revenue=pl.col("spend").sum(), orders=pl.col("orders").sum())
        .with_columns(
            share=pl.col("customers") / pl.col("customers").sum(),
            share_of_revenue=pl.col("revenue") / pl.col("revenue").sum(),
            mean_order=pl.col("revenue") / pl.col("orders"),
        )
    )


def segments(path: Path, repeats: int) -> Measured:
    frame, end = pl.DataFrame(load(path)), dt.date.fromisoformat(AS_OF)
    segmented(frame[:1000], end)
    seconds, found = timed(lambda: segmented(frame, end), repeats)
    by_name = {row["segment"]: row for row in found.to_dicts()}
    rows = [by_name.get(name, {"customers": 0, "revenue": 0.0}) for name, *_ in RULES]
    check = [float(row[what]) for what in ("customers", "revenue") for row in rows]
    return {"seconds": seconds, "check": check}


def counted(path: Path, repeats: int, *, text: bool = False) -> Measured:
    """Promoters, passives, detractors and answers of each group, and nothing else."""
    frame = survey(path, text=text)
    answer = pl.col("answer")

    def run(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.group_by("group").agg(
            promoters=(answer >= 9).sum(),
            passives=answer.is_between(7, 8).sum(),
            detractors=(answer <= 6).sum(),
            n=pl.len(),
        )

    run(frame[:1000])
    seconds, found = timed(lambda: run(frame), repeats)
    found = found.sort("group")
    score = 100 * (found["promoters"] - found["detractors"]) / found["n"]
    return {"seconds": seconds, "check": [*found["n"].to_list(), *score.to_list()]}


def counted_text(path: Path, repeats: int) -> Measured:
    return counted(path, repeats, text=True)


def survey(path: Path, *, text: bool) -> pl.DataFrame:
    """The answers as a frame, groups as numbers or as text."""
    frame = pl.DataFrame(load(path))
    if not text:
        return frame
    return frame.with_columns(group="shop " + pl.col("group").cast(pl.String).str.zfill(4))


if __name__ == "__main__":
    command_line({"segments": segments, "groups": counted, "groups_text": counted_text})
