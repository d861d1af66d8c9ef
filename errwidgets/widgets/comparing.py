"""Many rows of an explanation panel: a selection, or all mistakes, held against others."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets import selection as sel
from errwidgets.exceptions import EmptyInputError, ErrwidgetsError
from errwidgets.explain.contrast import contrasted, values_contrasted
from errwidgets.explain.explaining import explain
from errwidgets.explain.own_explainer import is_explainer
from errwidgets.sharing.explanations import contrast_to_wire
from errwidgets.sources.memory import MemorySource
from errwidgets.widgets.choices import COHORT

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.explain.attributions import Attributions
    from errwidgets.widgets.choices import Asked
    from errwidgets.widgets.explaining import Explaining
    from errwidgets.widgets.group import Group

    Progress = Callable[[float], object]
    Mask = NDArray[np.bool_]

__all__ = ["Compared", "Comparing"]

STEPS: Final = (8, 32, 128, 512)
"""Rows of either side that are explained one after another, while there is time."""

AT_ONCE_SECONDS: Final = 3.0
"""What is not asked for may take so long; more rows wait until somebody wants them."""

FEWEST: Final = 50
"""A contrast of fewer rows on a side says too little to be drawn unasked."""

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


class Comparing:
    """Holds rows against others for one panel.

    Parameters
    ----------
    explaining : Explaining
        What explains.
    group : Group
        The linked views.
    """

    def __init__(self, explaining: Explaining, group: Group) -> None:
        self._explaining, self._group = explaining, group
        self.evaluation, self.max_rows = explaining.evaluation, explaining.max_rows
        self._pace: dict[str, float] = {}

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
        wrong = self._explaining.mistakes()
        if name is None:
            return wrong, "rows with the largest loss", None
        return wrong, "mistakes", sel.In(name, (True,))

    def _sides(
        self, asked: Asked, elsewhere: tuple[sel.Predicate, ...]
    ) -> tuple[Mask, Mask, dict[str, Any]]:
        inside, what, base = self._inside(elsewhere)
        other, said = ~inside, "rest"
        if asked.against == "correct":
            other, said = other & ~self._explaining.mistakes(), "correct rows"
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
            if self._explaining.kind != "table" or self._explaining.missing is not None:
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
            max_rows=self.max_rows, seed=self._explaining.options["seed"],
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
            self.evaluation, inside, other, said, output=self._explaining.choices.output(asked),
            max_rows=rows, progress=progress, **self._explaining.options,
        )  # fmt: skip

    def _affordable(
        self, asked: Asked, inside: Mask, other: Mask, progress: Progress | None
    ) -> int:
        """Return how many rows of a side are explained unasked; 0 when too few could be.

        More and more rows are explained while there is time: a larger sample holds the smaller
        ones, so that nothing is done twice.
        """
        if self._explaining.model is None and not is_explainer(self._explaining.options["values"]):
            return self.max_rows
        if self._explaining.is_slow:
            return 0
        options: dict[str, Any] = {
            "method": "shap", "output": self._explaining.choices.output(asked), "space": None,
            **self._explaining.options,
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

    def _waiting(self, asked: Asked, inside: Mask, other: Mask) -> dict[str, Any]:
        """Return what would be explained if it were asked for, and how long that would take."""
        counts = [min(int(side.sum()), self.max_rows) for side in (inside, other)]
        pace = self._pace.get("loss" if asked.loss else "output")
        seconds = None if pace is None else pace * sum(counts)
        return {"rows": counts, "seconds": seconds}
