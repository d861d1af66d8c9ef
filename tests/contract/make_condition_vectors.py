"""Makes conditions.json: what both languages say of each code of a column. Run it after a change.

``python tests/contract/make_condition_vectors.py`` writes the file; test_conditions.py fails when
it is not what this gives.
"""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pandas as pd

from errwidgets import Evaluation
from errwidgets.columns import wire_column
from errwidgets.selection import to_wire
from errwidgets.slices.conditions import conditions_of

FILE = pathlib.Path(__file__).parent / "conditions.json"


def make_frame() -> pd.DataFrame:
    """Return columns of every kind that slices speak of."""
    rng = np.random.default_rng(5)
    n = 400
    tied = np.where(rng.random(n) < 0.6, 0.0, rng.integers(1, 900, n))
    return pd.DataFrame(
        {
            "few": rng.integers(0, 6, n),
            "many": rng.integers(-40, 200, n),
            "tied": tied,
            "share": (rng.random(n) / 7).astype("float32"),
            "gaps": pd.Series(rng.normal(0, 1, n)).mask(rng.random(n) < 0.2),
            "endless": np.where(rng.random(n) < 0.1, np.inf, rng.normal(0, 1, n)),
            "huge": rng.integers(2**60, 2**61, n),
            "when": pd.Timestamp("2024-02-28") + pd.to_timedelta(rng.integers(0, 5000, n), "h"),
            "lapse": pd.to_timedelta(rng.integers(0, 9000, n), "s"),
            "side": rng.choice(["left", "it's", None], n),
            "truth": rng.random(n) < 0.3,
        }
    )


def make() -> str:
    """Return the file's text."""
    frame = make_frame()
    evaluation = Evaluation.from_predictions(np.zeros(len(frame)), np.zeros(len(frame)), X=frame)
    cases = []
    for name in frame:
        (conditions, *_) = conditions_of(evaluation, name)
        wire = wire_column(conditions.column)
        described = {key: value for key, value in wire.items() if key not in {"codes", "values"}}
        said = [to_wire(one, {name: conditions.column}) for one in conditions.predicates]
        cases.append({"column": {**described, "name": name}, "conditions": said})
    return json.dumps(cases, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(make(), encoding="utf-8")
