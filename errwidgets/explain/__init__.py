"""Why rows went wrong: attributions from SHAP and LIME, and a selection against the rest."""

from __future__ import annotations

from errwidgets.explain.agreement import agreement, spread
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.parts import ImageAttributions, TextAttributions

__all__ = ["Attributions", "ImageAttributions", "TextAttributions", "agreement", "spread"]
