"""What an explanation panel is asked, and what it answers: rows, contrasts, other values."""

from __future__ import annotations

import importlib.util
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets import selection as sel
from errwidgets.exceptions import EmptyInputError, ErrwidgetsError
from errwidgets.explain.agreement import agreement
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.contrast import contrasted, values_contrasted
from errwidgets.explain.explaining import explain
from errwidgets.explain.extras import what_to_install
from errwidgets.explain.given import has_images
from errwidgets.explain.model import model_of
from errwidgets.explain.own_explainer import is_explainer
from errwidgets.sharing.explanations import contrast_to_wire, parts_to_wire, pixels_of, row_to_wire
from errwidgets.sources.memory import MemorySource
from errwidgets.widgets.choices import COHORT, Choices

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.model import Model
    from errwidgets.explain.parts import ImageAttributions, TextAttributions
    from errwidgets.widgets.choices import Asked
    from errwidgets.widgets.group import Group

    Progress = Callable[[float], object]
    Mask = NDArray[np.bool_]

__all__ = ["Compared", "Explaining"]

STEPS: Final = (8, 32, 128, 512)
"""Rows of either side that are explained one after another, while there is time."""

AT_ONCE_SECONDS: Final = 3.0
"""What is not asked for may take so long; more rows wait until somebody wants them."""

FEWEST: Final = 50
"""A contrast of fewer rows on a side says too little to be drawn unasked."""

SLOW_SECONDS: Final = 0.25
"""A model that needs longer for a hundred rows is not asked for an explanation unasked."""

ASKED_TWICE: Final = 2

_FEWEST_ROWS: Final = 2


@dataclass(frozen=True, eq=False)
class Compared:
    """Rows that were held against others.

    Attributes
    ----------
    wire : dict
        What the page shows.
    frame : DataFrame, optional
        The contrast; ``None`` where there is none, and `wire` says why.
    first, second : Attributions, optional
        Of either side.
    rows : int
        How many rows of a side were allowed.
    """

    wire: dict[str, Any]
    frame: pd.DataFrame | None = None
    first: Attributions | None = None
    second: Attributions | None = None
    rows: int = 0


def _too_few(n: int, name: str, *, selected: bool) -> str:
    """Return why there is nothing to compare, and what to do."""
    there = f"There is 1 {name.removesuffix('s')}" if n == 1 else f"There are no {name}"
    do = "Select others." if selected else "Select rows to hold them against the rest."
    return f"{there}; to compare, {_FEWEST_ROWS} are needed on either side. {do}"


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
        self._options: dict[str, Any] = {"background": background, "seed": seed, "values": values}
        self.max_rows = max_rows
        # What was computed before asks no model, but other values still do.
        self.answering: Model | None = model_of(evaluation)
        self.model: Model | None = None if values is not None else self.answering
        self.choices = Choices(evaluation, self.model, self.kind, self.missing)
        self._pace: dict[str, float] = {}
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
        given = self._options["values"]
        shape = np.shape(getattr(given, "values", given)) if given is not None else ()
        return len(shape) == 3 and has_images(self.evaluation)  # noqa: PLR2004

    @property
    def missing(self) -> str | None:
        """What to install before anything can be explained."""
        given = self._options["values"] is not None
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

    def _inside(self, elsewhere: tuple[sel.Predicate, ...]) -> tuple[Mask, str, Any]:
        """Return the rows that are held against others, what they are, and what narrows to them."""
        if elsewhere:
            evaluation = self.evaluation
            source = MemorySource(
                self._group.columns, evaluation.n_samples, evaluation.sample_weight
            )
            rows: Mask = np.asarray(source.rows(elsewhere))
            return rows, "selected rows", None
        name = self._group.columns.is_error
        wrong = self.mistakes()
        if name is None:
            return wrong, "rows with the largest loss", None
        return wrong, "mistakes", sel.In(name, (True,))

    def _sides(
        self, asked: Asked, elsewhere: tuple[sel.Predicate, ...]
    ) -> tuple[Mask, Mask, dict[str, Any]]:
        inside, what, base = self._inside(elsewhere)
        other, said = ~inside, "rest"
        if asked.against == "correct":
            other, said = other & ~self.mistakes(), "correct rows"
        elif asked.against.startswith(COHORT):
            said = asked.against.removeprefix(COHORT)
            cohort = self.evaluation.notes.cohorts.get(said)
            if cohort is None:
                raise EmptyInputError(f"The cohort {said!r} is gone. Choose another.")
            other = other & self.evaluation.mask(cohort)
        elif base is not None:
            said = "correct rows"  # which are the rest of the mistakes
        for n, name in ((int(inside.sum()), what), (int(other.sum()), said)):
            if n < _FEWEST_ROWS:
                raise EmptyInputError(_too_few(n, name, selected=bool(elsewhere)))
        group = self._group
        told = {
            "what": what,
            "n_selected": int(inside.sum()),
            "base": None if base is None else sel.to_wire(base, group.columns, group.held),
            "against": said,
        }
        return inside, other, told

    # ------------------------------------------------------------ many rows

    def compare(
        self,
        asked: Asked,
        elsewhere: tuple[sel.Predicate, ...] | None,
        max_rows: int | None,
        progress: Progress | None = None,
    ) -> Compared:
        """Hold what is selected elsewhere against others.

        Parameters
        ----------
        asked : Asked
            What is explained.
        elsewhere : tuple of Predicate, optional
            What other views select; ``None`` for all mistakes against correct rows.
        max_rows : int, optional
            Of either side; by default as many as are explained in a few seconds.
        progress : callable, optional
            Called with the fraction that is done; stops by ``False``.
        """
        asked = asked if elsewhere is not None else replace(asked, against="rest")
        told: dict[str, Any] = {"what": "", "n_selected": 0, "base": None, "against": ""}
        try:
            inside, other, told = self._sides(asked, elsewhere or ())
            if self.kind != "table" or self.missing is not None:
                frame = self._values(inside, other, told["against"])
                return self._compared(frame, inside, other, told, None, None, self.max_rows)
            rows = (
                self._affordable(asked, inside, other, progress) if max_rows is None else max_rows
            )
            if not rows:
                return Compared({**told, "waits": self._waiting(asked, inside, other)})
            found = self._contrasted(asked, inside, other, told["against"], rows, progress)
        except ErrwidgetsError as error:
            return Compared({**told, "problem": str(error)})
        return self._compared(found.frame, inside, other, told, found.first, found.second, rows)

    def _values(self, inside: Mask, other: Mask, said: str) -> pd.DataFrame:
        return values_contrasted(
            self.evaluation, inside, other, said,
            max_rows=self.max_rows, seed=self._options["seed"],
        )  # fmt: skip

    def at_once(self, asked: Asked, elsewhere: tuple[sel.Predicate, ...]) -> pd.DataFrame | None:
        """Return the contrast of values alone, which asks no model; ``None`` without sides."""
        try:
            inside, other, told = self._sides(asked, elsewhere)
            return self._values(inside, other, told["against"])
        except ErrwidgetsError:
            return None

    def _compared(  # noqa: PLR0917  what was compared
        self,
        frame: pd.DataFrame,
        inside: Mask,
        other: Mask,
        told: dict[str, Any],
        first: Attributions | None,
        second: Attributions | None,
        rows: int,
    ) -> Compared:
        group = self._group
        wire = contrast_to_wire(frame, inside, other, group.columns, group.held)
        counts = [int(side.sum()) for side in (inside, other)]
        drawn = [min(n, rows) for n in counts]
        more = first is not None and any(
            n < min(whole, self.max_rows) for n, whole in zip(drawn, counts, strict=True)
        )
        wire |= {**told, "n_explained": drawn if first is not None else None, "more": more}
        return Compared(wire, frame, first, second, rows)

    def _contrasted(  # noqa: PLR0917  what is held against what
        self, asked: Asked, inside: Mask, other: Mask, said: str, rows: int,
        progress: Progress | None,
    ) -> Any:  # fmt: skip
        return contrasted(
            self.evaluation, inside, other, said, output=self.choices.output(asked),
            max_rows=rows, progress=progress, **self._options,
        )  # fmt: skip

    def _affordable(
        self, asked: Asked, inside: Mask, other: Mask, progress: Progress | None
    ) -> int:
        """Return how many rows of a side are explained unasked; 0 when too few could be.

        More and more rows are explained while there is time: a larger sample holds the smaller
        ones, so that nothing is done twice.
        """
        if self.model is None and not is_explainer(self._options["values"]):
            return self.max_rows
        if self.is_slow:
            return 0
        options: dict[str, Any] = {
            "method": "shap", "output": self.choices.output(asked), "space": None, **self._options,
        }  # fmt: skip
        spent, done, pace = 0.0, 0, 0.0

        def until(rows: int) -> float:
            began = time.perf_counter()

            def told(_: float) -> object:
                now = spent + time.perf_counter() - began
                return None if progress is None else progress(min(1.0, now / AT_ONCE_SECONDS))

            for side in (inside, other):
                explain(self.evaluation, side, max_rows=rows, progress=told, **options)
            return time.perf_counter() - began

        # The first rows pay for imports and for what shap compiles: they are not counted.
        until(1)
        most = min(self.max_rows, max(int(inside.sum()), int(other.sum())))
        for rows in (*(n for n in STEPS if n < most), most):
            left = AT_ONCE_SECONDS - spent
            if done and pace * (rows - done) > left:
                affordable = done + int(left / pace)
                break
            took = until(rows)
            spent, pace, done = spent + took, took / (rows - done), rows
        else:
            affordable = self.max_rows
        self._pace["loss" if asked.loss else "output"] = pace / 2
        return affordable if affordable >= min(FEWEST, most) else 0

    @property
    def is_slow(self) -> bool:
        """Whether the model needs so long for some rows that nothing is explained unasked."""
        if self.model is None:
            return False
        with self._lock:
            if "model" not in self._pace:
                n = min(100, self.evaluation.n_samples)
                rows = self.model.rows(np.arange(n))
                took: list[float] = []
                # A model's first answer may be slow for once, and so may a busy machine.
                while not took or (len(took) < ASKED_TWICE and min(took) > SLOW_SECONDS):
                    began = time.perf_counter()
                    self.model.answers(rows)
                    took.append((time.perf_counter() - began) * 100 / n)
                self._pace["model"] = min(took)
        return self._pace["model"] > SLOW_SECONDS

    def _waiting(self, asked: Asked, inside: Mask, other: Mask) -> dict[str, Any]:
        """Return what would be explained if it were asked for, and how long that would take."""
        counts = [min(int(side.sum()), self.max_rows) for side in (inside, other)]
        pace = self._pace.get("loss" if asked.loss else "output")
        seconds = None if pace is None else pace * sum(counts)
        return {"rows": counts, "seconds": seconds}

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
            max_rows=1, progress=progress, **self._options,
        )  # fmt: skip
