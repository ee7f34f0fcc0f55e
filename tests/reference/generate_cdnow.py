"""Make the bundled CDNOW log from the file inside the lifetimes distribution.

source   CDNOW_sample.txt (Fader and Hardie 2001), as shipped in lifetimes under the MIT licence
tool     lifetimes 0.11.3, only as the carrier of the file
date     2026-11-22
command  python tests/reference/generate_cdnow.py
"""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

TARGET = Path(__file__).parents[2] / "src/retentionkit/datasets/data/cdnow.csv"


def cdnow_csv() -> str:
    """The text of the bundled file: one line for each line of the source."""
    source = Path(str(distribution("lifetimes").locate_file("lifetimes/datasets/CDNOW_sample.txt")))
    lines = ["customer_id,date,quantity,amount"]
    for line in source.read_text(encoding="ascii").splitlines():
        _master, customer, day, quantity, amount = line.split()
        lines.append(f"{int(customer)},{day[:4]}-{day[4:6]}-{day[6:]},{quantity},{amount}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(cdnow_csv(), encoding="utf-8", newline="\n")
