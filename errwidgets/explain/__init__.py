"""Why rows went wrong: attributions from SHAP and LIME, and a selection against the rest."""

from __future__ import annotations

from errwidgets.explain.attributions import Attributions

__all__ = ["Attributions"]
