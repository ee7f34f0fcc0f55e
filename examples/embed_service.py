"""The library inside a program: load saved models, score one customer, answer in strict JSON.

Run `examples/quickstart.py` first; it saves the models. Nothing here needs a dataframe.
"""

import json
from pathlib import Path

import retentionkit as rk

MODELS = Path("out")
PURCHASES = rk.clv.load(MODELS / "purchases.json")
SPEND = rk.clv.load(MODELS / "spend.json")


def score(customer: str, frequency: int, recency: float, age: float, mean_spend: float) -> str:
    """One customer's numbers, in weeks and dollars, as a JSON text."""
    history = rk.PurchaseHistories.from_arrays(
        frequency, recency, age, monetary_value=mean_spend, customer=[customer], unit="week"
    )
    value = rk.clv.lifetime_value(
        PURCHASES, SPEND, history, horizon="12 months", discount_rate=0.10, margin=0.30
    )
    low, high = value.interval()
    answer = {
        "customer": customer,
        "probability_alive": PURCHASES.model.probability_alive(history)[0],
        "purchases_next_quarter": PURCHASES.model.conditional_expected_purchases(
            history, "3 months"
        )[0],
        "value": value.value[0],
        "value_low": low[0],
        "value_high": high[0],
        "what": value.definition,
    }
    return json.dumps(answer, allow_nan=False, indent=2)


if __name__ == "__main__":
    print(score("Ann", frequency=2, recency=30.4, age=38.9, mean_spend=22.35))
