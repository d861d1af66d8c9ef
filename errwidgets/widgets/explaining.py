"""What explains the rows of an explanation panel: which rows, the model, one row."""

from __future__ import annotations

import importlib.util
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.exceptions import ErrwidgetsError
from errwidgets.explain.agreement import agreement
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.explaining import explain
from errwidgets.explain.extras import what_to_install
from errwidgets.explain.given import has_images
from errwidgets.explain.model import model_of
from errwidgets.sharing.explanations import parts_to_wire, pixels_of, row_to_wire
from errwidgets.widgets.choices import Choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.model import Model
    from errwidgets.explain.parts import ImageAttributions, TextAttributions
    from errwidgets.widgets.choices import Asked
    from errwidgets.widgets.group import Group

    Progress = Callable[[float], object]
    Mask = NDArray[np.bool_]

__all__ = ["Explaining"]

SLOW_SECONDS: Final = 0.25
"""A model that needs longer for a hundred rows is not asked for an explanation unasked."""

ASKED_TWICE: Final = 2


class Explaining:
    """Explains for one panel.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are explained.
    group : Group
        The linked views.
    background, max_rows, seed, values
        As in :meth:`Evaluation.explain`.
    """

    def __init__(  # noqa: PLR0917  what an explanation is made of
        self,
        evaluation: Evaluation,
        group: Group,
        background: Any,
        max_rows: int,
        seed: int,
        values: Any,
    ) -> None:
        self.evaluation, self._group = evaluation, group
        self.options: dict[str, Any] = {"background": background, "seed": seed, "values": values}
        self.max_rows = max_rows
        # What was computed before asks no model, but other values still do.
        self.answering: Model | None = model_of(evaluation)
        self.model: Model | None = None if values is not None else self.answering
        self.choices = Choices(evaluation, self.model, self.kind, self.missing)
        self._seconds: float | None = None
        self._lock = threading.Lock()

    @property
    def kind(self) -> str:
        """What a row is: a table's, a text or an image."""
        if self._has_heat_maps:
            return "image"
        return (None if self.model is None else self.model.parts) or "table"

    @property
    def _has_heat_maps(self) -> bool:
        """Whether the attributions that were given are of images."""
        given = self.options["values"]
        shape = np.shape(getattr(given, "values", given)) if given is not None else ()
        return len(shape) == 3 and has_images(self.evaluation)  # noqa: PLR2004

    @property
    def missing(self) -> str | None:
        """What to install before anything can be explained."""
        given = self.options["values"] is not None
        return None if given or importlib.util.find_spec("shap") else what_to_install("shap")

    # ------------------------------------------------------------ which rows

    def order(self) -> NDArray[np.intp]:
        """Return the rows that are gone through: those selected, else the mistakes; worst first."""
        mask = self._group.mask
        if not mask.any():
            mask = self.mistakes()
            if not mask.any():
                mask = np.ones_like(mask)
        at = np.flatnonzero(mask)
        loss = np.nan_to_num(self.evaluation.row_values("loss")[at], nan=-np.inf)
        found: NDArray[np.intp] = at[np.argsort(-loss, kind="stable")]
        return found

    def mistakes(self) -> Mask:
        """Return the mistakes as the lens shows them; where there are none, the worst tenth."""
        columns = self._group.columns
        if columns.is_error is not None:
            wrong: Mask = columns[columns.is_error].codes.astype(bool)
            return wrong
        loss = self.evaluation.row_values("loss")
        worst: Mask = loss > np.nanquantile(loss, 0.9)
        return worst

    @property
    def is_slow(self) -> bool:
        """Whether the model needs so long for some rows that nothing is explained unasked."""
        if self.model is None:
            return False
        with self._lock:
            if self._seconds is None:
                n = min(100, self.evaluation.n_samples)
                rows = self.model.rows(np.arange(n))
                took: list[float] = []
                # A model's first answer may be slow for once, and so may a busy machine.
                while not took or (len(took) < ASKED_TWICE and min(took) > SLOW_SECONDS):
                    began = time.perf_counter()
                    self.model.answers(rows)
                    took.append((time.perf_counter() - began) * 100 / n)
                self._seconds = min(took)
            return self._seconds > SLOW_SECONDS

    # ------------------------------------------------------------ one row

    def known(self, position: int) -> tuple[dict[str, Any], list[bytes]]:
        """Return what is known of a row before it is explained."""
        wire = row_to_wire(self.evaluation, position, None)
        if self.kind != "image":
            return wire, []
        names = self.evaluation.table_names
        pixels = pixels_of(self.evaluation.table_rows(names, np.array([position])).iloc[0, 0])
        return {**wire, "shape": list(pixels.shape)}, [pixels.tobytes()]

    def row(
        self, asked: Asked, position: int, progress: Progress | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return a row and what explains it.

        Parameters
        ----------
        asked : Asked
            What is explained.
        position : int
            Which row.
        progress : callable, optional
            Called with the fraction that is done; stops by ``False``.
        """
        wire, buffers = self.known(position)
        if (missing := self.missing) is not None:
            return {**wire, "problem": missing, "explained": []}, buffers
        names = ("shap", "lime") if asked.method == "both" else (asked.method,)
        try:
            found = [self._explained(asked, position, name, progress) for name in names]
        except (ErrwidgetsError, ImportError) as error:
            return {**wire, "problem": str(error), "explained": []}, buffers
        group = self._group
        wire["explained"] = [parts_to_wire(one, 0, group.columns, group.held) for one in found]
        first, *others = found
        if others and isinstance(first, Attributions) and isinstance(others[0], Attributions):
            wire["agreement"] = agreement(first, others[0]).attrs["note"]
        return wire, buffers

    def explained_row(
        self, asked: Asked, position: int
    ) -> Attributions | TextAttributions | ImageAttributions:
        """Return what explains a row; of both methods the first."""
        method = "lime" if asked.method == "lime" else "shap"
        return self._explained(asked, position, method, None)

    def _explained(
        self, asked: Asked, position: int, method: str, progress: Progress | None
    ) -> Attributions | TextAttributions | ImageAttributions:
        rows = np.zeros(self.evaluation.n_samples, dtype=bool)
        rows[position] = True
        return explain(
            self.evaluation, rows, method=method, output=self.choices.output(asked), space=None,
            max_rows=1, progress=progress, **self.options,
        )  # fmt: skip
