"""The CDNOW sample: the log on which the field checks its models.

The customers made their first purchase at the online music shop CDNOW in the first quarter of
1997; all their purchases up to 30 June 1998 are known. The sample holds every tenth customer.

References
----------
.. [1] Fader, P. S., and Hardie, B. G. S. (2001). Forecasting repeat sales at CDNOW: a case study.
   Interfaces 31(3), S94-S107.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.frames import FrameKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import Frame

__all__ = ["load_cdnow"]


def load_cdnow(*, kind: FrameKind = "pandas") -> Frame:
    """The transaction log of 2,357 customers of CDNOW, January 1997 to June 1998.

    Parameters
    ----------
    kind
        The kind of frame to return: `"pandas"`, `"polars"` or `"pyarrow"`.

    Returns
    -------
    Frame
        6,919 rows in the order of the source, by customer and date: `customer_id` (whole number, 1
        to 2,357), `date`, `quantity` (CDs bought) and `amount` (US dollars). A customer may have
        several rows on one day; 8 rows have amount 0.

    Raises
    ------
    OptionError
        If there is no such kind of frame.

    Notes
    -----
    The usual split fits models on the 39 weeks up to 1997-09-30 and holds out the 39 weeks that
    follow [1]_. Where the file comes from, and under which licence, is written beside it in
    `datasets/data/cdnow.md`.

    References
    ----------
    .. [1] Fader, P. S., and Hardie, B. G. S. (2001). Forecasting repeat sales at CDNOW: a case
       study. Interfaces 31(3), S94-S107.

    Examples
    --------
    >>> from retentionkit.datasets import load_cdnow
    >>> log = load_cdnow()
    >>> log.shape
    (6919, 4)
    >>> list(log.columns)
    ['customer_id', 'date', 'quantity', 'amount']
    """
    return frames.build(_columns(), check_choice("kind", kind, get_args(FrameKind)))


def _columns() -> dict[str, NDArray[Any]]:
    """The bundled file by column, read without any dataframe library."""
    source = files("retentionkit.datasets") / "data" / "cdnow.csv"
    rows = csv.reader(source.read_text(encoding="utf-8").splitlines())
    texts = dict(zip(next(rows), zip(*rows, strict=True), strict=True))
    return {
        "customer_id": np.array(texts["customer_id"], dtype=np.int64),
        "date": np.array(texts["date"], dtype="datetime64[D]"),
        "quantity": np.array(texts["quantity"], dtype=np.int64),
        "amount": np.array(texts["amount"], dtype=np.float64),
    }
