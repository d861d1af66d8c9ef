"""Click a mistake, get the DataFrame: linked error-analysis widgets for notebooks.

Examples
--------
>>> import errwidgets as ew
>>> evaluation = ew.Evaluation.from_predictions(["cat", "dog", "dog"], ["cat", "cat", "dog"])
>>> matrix = ew.ConfusionMatrix(evaluation)
>>> matrix.selected  # nothing is selected yet
Empty DataFrame
Columns: [y_true, y_pred, is_error, loss]
Index: []
"""

from errwidgets import exceptions
from errwidgets.evaluation import Evaluation
from errwidgets.selection import Selection
from errwidgets.widgets.confusion_matrix import ConfusionMatrix
from errwidgets.widgets.explanation_panel import ExplanationPanel
from errwidgets.widgets.slice_explorer import SliceExplorer

__version__ = "0.1.0"

__all__ = [
    "ConfusionMatrix",
    "Evaluation",
    "ExplanationPanel",
    "Selection",
    "SliceExplorer",
    "__version__",
    "exceptions",
]
