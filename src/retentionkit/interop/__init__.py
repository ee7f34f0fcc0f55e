"""To and from other libraries: `lifetimes`, whose fitted objects come in and go out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.interop import lifetimes

__all__ = ["lifetimes"]

__getattr__, __dir__ = open_door(__name__, {"lifetimes": "lifetimes"})
