"""RFM: how recently, how often and for how much customers bought, and which segments they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit._doors import open_door

if TYPE_CHECKING:
    from retentionkit.rfm._cluster_stability import ClusterStability
    from retentionkit.rfm._cluster_tree import ClusterRule, ClusterTree
    from retentionkit.rfm._clustered import ClusterChoice, Clusters
    from retentionkit.rfm._clustering import cluster
    from retentionkit.rfm._measure import measure
    from retentionkit.rfm._scored import RFMScores
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._table import RFMTable

__all__ = [
    "ClusterChoice",
    "ClusterRule",
    "ClusterStability",
    "ClusterTree",
    "Clusters",
    "RFMScores",
    "RFMTable",
    "Segments",
    "cluster",
    "measure",
]

__getattr__, __dir__ = open_door(
    __name__,
    {
        "ClusterChoice": "_clustered",
        "ClusterRule": "_cluster_tree",
        "ClusterStability": "_cluster_stability",
        "ClusterTree": "_cluster_tree",
        "Clusters": "_clustered",
        "RFMScores": "_scored",
        "RFMTable": "_table",
        "Segments": "_segments",
        "cluster": "_clustering",
        "measure": "_measure",
    },
)
