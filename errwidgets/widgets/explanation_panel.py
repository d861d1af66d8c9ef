"""The explanation panel: what pushed the model to its answers, and what mistakes share."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import traitlets

from errwidgets.exceptions import InputError, InputTypeError
from errwidgets.explain.explained import Cancelled, go_on
from errwidgets.sharing.explanations import attributions_to_wire, contrast_fallback, parted
from errwidgets.slices.conditions import read_features
from errwidgets.widgets.choices import METHODS, Asked, read_output
from errwidgets.widgets.comparing import Comparing
from errwidgets.widgets.editing import Editing
from errwidgets.widgets.explaining import Explaining
from errwidgets.widgets.needs import Needs
from errwidgets.widgets.view import Option
from errwidgets.widgets.walk import Walk
from errwidgets.widgets.working import WorkingView

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain import Attributions
    from errwidgets.lens import Lens
    from errwidgets.selection import Selection
    from errwidgets.sources.columns import ViewColumns
    from errwidgets.widgets.comparing import Compared
    from errwidgets.widgets.editing import Edited

__all__ = ["ExplanationPanel"]

MOST_SAVED: Final = 50
"""Rows with their values that a notebook keeps with `persist="rows"`: those looked at last."""

FIRST_KEPT: Final = 10
"""Rows of a selection that are kept although nobody has looked at them, the worst first."""

WAIT_SECONDS: Final = 0.05

LATE_SECONDS: Final = 0.4
"""A row that is not explained by then is shown without."""


class ExplanationPanel(WorkingView):
    """Why the model answered as it did: for one row, for a selection, for all mistakes.

    Move through the selected rows, the worst first; hold the selection against the rest;
    click a value that it shares to narrow the selection; change values and see what the
    model says then.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    method : {"shap", "lime", "both"}, default="shap"
        What explains the row on screen; many rows are explained by SHAP.
    output, background, max_rows, seed, values
        As in :meth:`Evaluation.explain`. Unasked, as many rows are explained as take a few
        seconds; the view says how many, and explains up to `max_rows` of either side when asked.
    tab : {"contrast", "values", "global", "what_if"}, default="contrast"
        What is beside the row: the selection against the rest, attributions over the values of
        a feature, mistakes against correct rows, the row with other values. An attribute too.
    linked : bool, default=True
        Share the selection with the other widgets of the same evaluation.
    keep : bool, default=False
        Leave the view of an earlier run of the same notebook cell open.
    layout : ipywidgets.Layout, optional
        Layout of the widget.

    Raises
    ------
    InputTypeError
        When `evaluation` is not an Evaluation.
    InputError, UnknownLabelError
        For an output or a method that is unknown, and when the table lacks the model's columns.
    UnknownKeywordError
        For a keyword that does not exist.

    Examples
    --------
    >>> import errwidgets as ew, numpy as np, pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = pd.DataFrame({"a": np.arange(80) % 8, "b": np.arange(80) % 5})
    >>> y = (X["a"] > 3) | (X["b"] == 4)
    >>> panel = ew.ExplanationPanel.from_estimator(LogisticRegression().fit(X, y), X, y)
    >>> sorted(panel.contrast_frame["feature"])
    ['a', 'b']
    >>> panel.attributions.shape == (panel.evaluation.n_errors, 2)
    True
    """

    kind = "explanation_panel"
    page_options = frozenset({"feature", "sort", "widths", "opacity", "unfolded"})

    tab = Option("contrast", ("contrast", "values", "global", "what_if"))
    """What is beside the row."""

    _attributions = traitlets.Dict().tag(sync=True)
    """Attributions of the selected rows over the coded columns, where a notebook may keep them."""

    _rows: Any = traitlets.List().tag(sync=True)
    """Rows with their values, where a notebook may keep them."""

    _EXPLAIN: Final = ("method", "output", "background", "max_rows", "seed", "values")

    def __init__(
        self,
        evaluation: Evaluation,
        *,
        method: str = "shap",
        output: Any = "prediction",
        background: Any = None,
        max_rows: int = 1000,
        seed: int = 0,
        values: Any = None,
        **options: Any,
    ) -> None:
        if method not in METHODS:
            raise InputError(f"method={method!r} is unknown. Allowed are {METHODS}.")
        self._method, self._output = method, output
        self._options_of_shap = (background, max_rows, seed, values)
        self._explaining_row: threading.Thread | None = None
        self._working: threading.Thread | None = None
        self._compared: Compared | None = None
        self._overall: Compared | None = None
        super().__init__(evaluation, **options)

    def _set_up(self) -> None:
        evaluation, group = self.evaluation, self._group
        # Many rows, the row on screen, the same row with other values: none ends another.
        self._tasks, self._quick, self._edits = map(self._work_of, ("", "row", "edit"))
        target, loss = read_output(evaluation, self._output)
        self._explaining = explaining = Explaining(evaluation, group, *self._options_of_shap)
        self._comparing = Comparing(explaining, group)
        self._editing = Editing(evaluation, explaining.answering)
        # What is selected elsewhere is begun with its worst row; what is narrowed here keeps
        # the row on screen while it is among them.
        self._walk = Walk(
            explaining.order, lambda: ((group.selection, group.lens), self.elsewhere())
        )
        self._asked = explaining.choices.usual(Asked(self._method, target, loss))
        self._content = explaining.choices.described(self._asked)
        self._compare(None)

    @classmethod
    def _view_keywords(cls) -> set[str]:
        return super()._view_keywords() | set(cls._EXPLAIN)

    def needs(self, columns: ViewColumns) -> Needs:
        """Return the columns that explanations speak of."""
        evaluation = columns.evaluation
        names = [str(one.name) for one in read_features(evaluation, None)]
        labels = ("y_true", "y_pred") if evaluation.is_classification else ()
        wrong = () if columns.is_error is None else (columns.is_error,)
        return Needs((*labels, *dict.fromkeys([*wrong, *names])), ())

    # ------------------------------------------------------------ what was explained

    @property
    def attributions(self) -> pd.DataFrame:
        """Attributions of the explained rows of the selection: rows x features.

        Waits for what is being explained, and explains what waits to be asked for.

        Raises
        ------
        InputError
            When there are none, as for models of whole texts or images.
        """
        found = self._first
        if found is None:
            problem = self._settled().wire.get("problem") or (
                "This model takes whole texts or images. Call evaluation.explain() for the "
                "attributions of their parts."
            )
            raise InputError(problem)
        return found.frame.copy()

    @property
    def _first(self) -> Attributions | None:
        return self._settled().first

    @property
    def contrast_frame(self) -> pd.DataFrame:
        """What the selected rows share, as :meth:`Evaluation.contrast` returns it.

        Raises
        ------
        InputError
            When there is nothing to compare.
        """
        found = self._settled()
        if found.frame is None:
            raise InputError(str(found.wire.get("problem")))
        copy = found.frame.copy()
        copy.attrs = dict(found.frame.attrs)
        return copy

    @property
    def global_frame(self) -> pd.DataFrame:
        """All mistakes against correct rows, as :meth:`Evaluation.contrast` returns it.

        Raises
        ------
        InputError
            When there is nothing to compare.
        """
        self._settled()
        if self._overall is None or self._overall.frame is None:
            problem = "" if self._overall is None else self._overall.wire.get("problem")
            raise InputError(str(problem or "Nothing was explained."))
        return self._overall.frame.copy()

    @property
    def what_if(self) -> pd.DataFrame:
        """The row on screen with the values it was given: one row, the model's columns."""
        return self._editing.edited(self._position)

    @property
    def row(self) -> pd.DataFrame:
        """The row on screen, as :attr:`selected` shows rows."""
        found: pd.DataFrame = self.evaluation.take(np.array([self._position]))
        return found

    @property
    def _position(self) -> int:
        return self._walk.go()[0]

    def _settled(self) -> Compared:
        """Return what is explained once it is: wait, and do what was not yet asked for."""
        self._wait()
        if self._compared is None or "waits" in self._compared.wire:
            self._compare(self._explaining.max_rows)
            self._wait()
        if self._compared is None:
            raise InputError(f"Nothing was explained: {self._said or 'it was cancelled'}.")
        return self._compared

    def _wait(self) -> None:
        """Wait until nothing more is explained of many rows."""
        while (thread := self._working) is not None and thread.is_alive():
            thread.join()

    # ------------------------------------------------------------ what the page asks

    def _hear(self, content: Any) -> None:
        match content:
            case {"kind": "ask", "asked": sent}:
                if (asked := self._explaining.choices.read(sent)) is not None:
                    self._ask(asked)
            case {"kind": "row", "step": int(step)}:
                self._show_row(step=step, asked_for=content.get("now") is True or step != 0)
            case {"kind": "row", "position": int(position)}:
                self._show_row(to=position)
            case {"kind": "more"}:
                self._compare(self._explaining.max_rows)
            case {"kind": "what_if", "changes": list(sent)}:
                self._change(sent)
            case {"kind": "start", "which": "nearest" | "flip" as which}:
                self._start(which)

    def _ask(self, asked: Asked) -> None:
        only_row = (asked.target, asked.loss, asked.against) == (
            self._asked.target, self._asked.loss, self._asked.against
        )  # fmt: skip
        self._asked = asked
        self._content = {**self._content, "asked": asdict(asked)}
        self._show_row()
        if not only_row:
            self._compare(None)

    def _follow(self, old: tuple[Selection, Lens], new: tuple[Selection, Lens]) -> None:
        """Explain what is selected now."""
        self._show_row(asked_for=False)
        own = {self._source}
        others = [[c for c in one[0] if c.source not in own] for one in (old, new)]
        if others[0] != others[1] or old[1] != new[1]:
            self._compare(None)

    # ------------------------------------------------------------ many rows

    def _compare(self, max_rows: int | None) -> None:
        """Explain what is selected beside the user's cell, then all mistakes."""
        explaining, comparing = self._explaining, self._comparing
        asked, elsewhere = self._asked, self.elsewhere()
        alone = not elsewhere and asked.against == "rest"
        self._compared = self._overall = None

        def work(progress: Any) -> Compared:
            # The row on screen comes first: somebody looks at it.
            row = self._explaining_row
            while row is not None and row.is_alive():
                row.join(WAIT_SECONDS)
                go_on(progress, 0.0)
            return comparing.compare(asked, elsewhere, max_rows, progress)

        def show(found: Compared) -> None:
            self._take(asked, found)
            if alone:
                return show_all(found)
            self._working = self._tasks.start(
                "Explaining all mistakes",
                lambda progress: comparing.compare(asked, None, max_rows, progress),
                show_all,
                quiet=Cancelled,
            )
            return None

        def show_all(found: Compared) -> None:
            self._overall = found
            self._content = {**self._content, "overall": found.wire}
            if self.evaluation.persist == "rows" and not explaining.is_slow:
                self._working = self._tasks.start(
                    "Explaining rows to keep", keep, show_kept, quiet=Cancelled
                )

        def keep(progress: Any) -> list[dict[str, Any]]:
            order, kept = explaining.order()[:FIRST_KEPT], []
            for i, position in enumerate(order.tolist()):
                go_on(progress, i / len(order))
                kept.append(_to_keep(*explaining.row(asked, position, progress)))
            return kept

        def show_kept(rows: list[dict[str, Any]]) -> None:
            self._keep([*self._rows, *rows])

        self._working = self._tasks.start("Explaining", work, show, quiet=Cancelled)

    def _take(self, asked: Asked, found: Compared) -> None:
        """Show what was explained of the selection."""
        self._compared = found
        described = self._explaining.choices.described(asked)
        wire = None if found.first is None else attributions_to_wire(found.first)
        if self.evaluation.persist is False:
            # It may not stand in a notebook: it goes to the pages that are there.
            wire, buffers = (None, []) if wire is None else parted(wire)
            self._send_now({"kind": "attributions", "wire": wire}, buffers)
        else:
            self._attributions = wire or {}
        self._content = {**self._content, **described, "contrast": found.wire}

    # ------------------------------------------------------------ one row

    def _show_row(self, *, step: int = 0, to: int | None = None, asked_for: bool = True) -> None:
        """Explain the row on screen and send it to the pages."""
        explaining, asked = self._explaining, self._asked

        def work(progress: Any) -> tuple[dict[str, Any], list[bytes]]:
            position, nth, total = self._walk.go(step=step, to=to)
            place = {"nth": nth, "total": total, "selected": bool(self._group.selection)}
            if not asked_for and explaining.is_slow:
                return {"position": position, **place, "waits": True}, []
            # What takes longer is announced by what is known already.
            late = threading.Timer(LATE_SECONDS, announce, (position, place, progress))
            late.daemon = True
            late.start()
            try:
                wire, buffers = explaining.row(asked, position, progress)
            finally:
                late.cancel()
            return {**place, **wire}, buffers

        def announce(position: int, place: dict[str, Any], progress: Any) -> None:
            if progress(0.0) is not False:
                wire, buffers = explaining.known(position)
                row = {**place, **wire, "explained": [], "pending": True}
                self._send_now({"kind": "row", "row": row}, buffers)

        def show(result: tuple[dict[str, Any], list[bytes]]) -> None:
            row, buffers = result
            self._editing.turn_to(row["position"])
            self._send_now({"kind": "row", "row": row}, buffers)
            if self.evaluation.persist == "rows" and "waits" not in row:
                self._keep([_to_keep(row, buffers), *self._rows])

        self._explaining_row = self._quick.start("Explaining the row", work, show, quiet=Cancelled)

    def _keep(self, rows: list[dict[str, Any]]) -> None:
        """Let a notebook keep rows, each once, the first of them."""
        self._rows = list({row["position"]: row for row in reversed(rows)}.values())[::-1][
            :MOST_SAVED
        ]

    # ------------------------------------------------------------ what if

    def _change(self, sent: list[Any]) -> None:
        editing, position = self._editing, self._position
        self._edits.start(None, lambda _: editing.changed(position, sent), self._show_edited)

    def _start(self, which: str) -> None:
        editing, position = self._editing, self._position
        self._edits.start(
            "Looking for a start",
            lambda progress: editing.started(position, which, progress),
            self._show_edited,
            quiet=Cancelled,
        )

    def _show_edited(self, found: Edited) -> None:
        if found.position != self._position:
            return  # somebody went on
        if found.changes is not None:
            self._editing.take(found.position, found.changes)
        self._send_now({"kind": "what_if", "what_if": found.wire})

    # ------------------------------------------------------------ elsewhere

    def fallback(self) -> tuple[str, str]:
        """Return a table of what the selected rows share, for readers without JavaScript.

        While attributions are worked out, of their values alone.
        """
        frame = None if self._compared is None else self._compared.frame
        if frame is None:
            frame = self._comparing.at_once(self._asked, self.elsewhere())
        return contrast_fallback(self.evaluation.name, frame)

    def to_chart(self, kind: str | None = None) -> alt.LayerChart | alt.Chart:
        """Return an Altair chart of what is on screen.

        Parameters
        ----------
        kind : {"waterfall", "bar", "beeswarm", "dependence"}, optional
            The row, the contrast, attributions of all features or of one over its values; by
            default what the tab shows.

        Returns
        -------
        altair.LayerChart or altair.Chart

        Raises
        ------
        InputError
            When there is nothing of the kind to draw.
        """
        from errwidgets.charts.explanations import KINDS, chart_of  # noqa: PLC0415

        if kind is not None and kind not in KINDS:
            raise InputTypeError.expected("kind", f"one of {', '.join(KINDS)}", kind)
        chart: alt.LayerChart | alt.Chart = chart_of(self, kind)
        return chart


def _to_keep(row: dict[str, Any], buffers: list[bytes]) -> dict[str, Any]:
    """Return a row as a notebook keeps it."""
    return {**row, **({"pixels": buffers[0]} if buffers else {})}
