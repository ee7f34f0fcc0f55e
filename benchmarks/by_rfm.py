"""What RFM segments take with the package `rfm`, which has its own bins and segments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

os.environ.setdefault("MPLBACKEND", "Agg")

import pandas as pd
from data import load
from timing import Measured, command_line, timed

from rfm import RFM

if TYPE_CHECKING:
    from pathlib import Path


def segments(path: Path, repeats: int) -> Measured:
    frame = pd.DataFrame(load(path))

    def run() -> list[float]:
        # The package writes into the frame that it is given.
        found = RFM(frame.copy(), "customer_id", "date", "amount")
        return [float(len(found.rfm_table))]

    seconds, check = timed(run, repeats)
    return {"seconds": seconds, "check": check}


if __name__ == "__main__":
    command_line({"segments": segments})
