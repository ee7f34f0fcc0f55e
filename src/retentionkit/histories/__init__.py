"""Purchase histories."""

from retentionkit.histories._arrays import PurchaseHistories

__all__ = ["PurchaseHistories"]
