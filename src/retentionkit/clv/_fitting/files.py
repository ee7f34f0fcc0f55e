"""Fits read back from their files, by the models that this version knows."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._fitting.fit import Fit
from retentionkit.clv._fitting.saved import PLAIN, SCHEMA, UNDEFINED_AT_A_LIMIT, VERSION
from retentionkit.clv._models.beta_binomial import BetaBinomial
from retentionkit.clv._models.beta_discrete_weibull import BetaDiscreteWeibull
from retentionkit.clv._models.bgbb import BGBB
from retentionkit.clv._models.bgnbd import BGNBD
from retentionkit.clv._models.gamma_gamma import GammaGamma
from retentionkit.clv._models.mbgnbd import MBGNBD
from retentionkit.clv._models.nbd import NBD
from retentionkit.clv._models.pareto_nbd import ParetoNBD
from retentionkit.clv._models.shifted_beta_geometric import ShiftedBetaGeometric
from retentionkit.errors import DataError, RetentionKitError
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

__all__ = ["load"]

_MODELS: Final[Mapping[str, type[Any]]] = {
    model.__name__: model
    for model in (
        BGBB,
        BGNBD,
        BetaBinomial,
        BetaDiscreteWeibull,
        GammaGamma,
        MBGNBD,
        NBD,
        ParetoNBD,
        ShiftedBetaGeometric,
    )
}


def load(path: str | os.PathLike[str]) -> Fit[Any]:
    """A fit from the file that `Fit.save` wrote.

    Parameters
    ----------
    path
        The JSON file. Reading it runs no code from it.

    Returns
    -------
    Fit
        Equal to the one saved, to the last bit.

    Raises
    ------
    DataError
        If the file is not a saved fit, or of a newer schema version, or its numbers are no model.

    Examples
    --------
    >>> import os, tempfile
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> fit = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30"))
    >>> path = os.path.join(tempfile.mkdtemp(), "bgnbd.json")
    >>> fit.save(path)
    >>> rk.clv.load(path).equals(fit)
    True
    """
    raw = Path(path).read_bytes()
    try:
        return _read(json.loads(raw.decode("utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        detail = error.wrong if isinstance(error, RetentionKitError) else repr(error)
        raise DataError(
            f"The file is not a fit that this version can read: {detail}",
            received=f"{path}: {raw[:60]!r}",
            allowed=f"JSON of schema {SCHEMA!r}, version {VERSION}",
            do="Save the fit again with Fit.save, or update retentionkit.",
        ) from error


def _read(document: Mapping[str, Any]) -> Fit[Any]:
    if (document["schema"], document["version"]) != (SCHEMA, VERSION):
        message = f"schema {document['schema']!r}, version {document['version']!r}"
        raise ValueError(message)
    build = _MODELS[document["model"]]
    unit = {} if document["unit"] is None else {"unit": document["unit"]}
    covariance = np.array(document["covariance"], dtype=np.float64)
    size = len(build.names)
    if covariance.shape != (size, size):
        message = f"covariance of shape {covariance.shape}"
        raise ValueError(message)
    plain: dict[str, Any] = {name: document[name] for name in PLAIN}
    wrong = [name for name, types in PLAIN.items() if not isinstance(plain[name], types)]
    if wrong:
        message = f"{wrong[0]} is {plain[wrong[0]]!r}"
        raise TypeError(message)
    plain |= {name: math.nan for name in UNDEFINED_AT_A_LIMIT if plain[name] is None}
    return Fit(
        model=build(**document["parameters"], **unit),
        covariance=frozen_array(covariance, np.float64),
        **plain,
    )
