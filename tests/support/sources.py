"""Cells of test notebooks."""

ANIMALS = """\
import numpy as np, pandas as pd, errwidgets as ew
rng = np.random.default_rng(0)
table = pd.DataFrame({"age": rng.integers(0, 90, 1000), "text": "row"},
                     index=[f"r{i}" for i in range(1000)])
table["y_true"] = rng.choice(["bird", "cat", "dog"], 1000)
table["y_pred"] = np.where(rng.random(1000) < 0.7, table["y_true"],
                           rng.choice(["bird", "cat", "dog"], 1000))
evaluation = ew.Evaluation.from_frame(table, y_true="y_true", y_pred="y_pred", name="animals")
calls = []
"""
MATRIX = """\
matrix = ew.ConfusionMatrix(evaluation)
matrix.on_select(lambda frame: calls.append(len(frame)))
matrix
"""
SECOND = "second = ew.ConfusionMatrix(evaluation); second"
