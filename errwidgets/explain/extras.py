"""shap and lime: imported when they are needed, without the warnings of their own imports."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

__all__ = ["import_extra", "what_to_install"]

_NEEDED_FOR = {"shap": "to explain rows", "lime": "for method='lime'"}


def what_to_install(name: str) -> str:
    """Return what to do where a package is missing."""
    return f"{name} is needed {_NEEDED_FOR[name]}. Install it with: pip install errwidgets[explain]"


def import_extra(package: str, module: str | None = None) -> Any:
    """Return a package of the extra `explain`, or one of its modules.

    Raises
    ------
    ImportError
        Which names what to install.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = importlib.import_module(package)
            return found if module is None else importlib.import_module(module)
    except ImportError:
        raise ImportError(what_to_install(package)) from None
