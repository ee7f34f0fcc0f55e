"""Use an installed wheel that has nothing beside its declared dependencies."""

import importlib.metadata
import importlib.resources

import retentionkit as rk

package = importlib.resources.files("retentionkit")
assert "site-packages" in str(package), package
assert (package / "py.typed").is_file()
assert rk.__version__ == importlib.metadata.version("retentionkit")

log = rk.datasets.load_cdnow()
histories = rk.purchase_histories(rk.Transactions(log), as_of="1997-09-30")
assert histories.n_customers == log["customer_id"].nunique()
