"""Evaluations of test pages that are made without a kernel."""

from __future__ import annotations

import numpy as np
import pandas as pd

import errwidgets as ew

BRITISH = (
    "Northumberland", "Leicestershire", "Gloucestershire", "Buckinghamshire", "Cambridgeshire",
    "Dumfriesshire", "Aberdeenshire", "Monmouthshire", "Pembrokeshire", "Carmarthenshire",
    "Worcestershire", "Nottinghamshire", "Lincolnshire", "Northamptonshire", "Bedfordshire",
    "Hertfordshire", "Oxfordshire", "Wiltshire", "Lancashire", "Staffordshire",
)  # fmt: skip


def animals(n: int = 1000) -> ew.Evaluation:
    """Three classes, some mistakes in every cell; the same in every run."""
    rng = np.random.default_rng(0)
    y_true = rng.choice(["bird", "cat", "dog"], n)
    y_pred = np.where(rng.random(n) < 0.7, y_true, rng.choice(["bird", "cat", "dog"], n))
    features = pd.DataFrame({"age": rng.integers(0, 90, n)})
    return ew.Evaluation.from_predictions(y_true, y_pred, X=features, name="animals")


def counties(n: int = 4000) -> ew.Evaluation:
    """Twenty classes with long names: wider than a narrow page, with shares from 0 to 1."""
    rng = np.random.default_rng(1)
    y_true = rng.choice(BRITISH, n)
    sure = rng.random(n) < rng.choice(np.linspace(0, 1, 20), n)
    y_pred = np.where(sure, y_true, rng.choice(BRITISH[:7], n))
    return ew.Evaluation.from_predictions(y_true, y_pred, name="counties")
