"""What every widget has: the members of the public contract."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar, Self

import anywidget
import traitlets

from errwidgets._inputs import one_of
from errwidgets._roles import OPTIONS
from errwidgets.evaluation import Evaluation
from errwidgets.exceptions import InputTypeError, UnknownKeywordError
from errwidgets.lens import Lens
from errwidgets.selection import Selection
from errwidgets.widgets.hosts import running_cell, session
from errwidgets.widgets.runtime import REGISTRY, STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pandas as pd

    from errwidgets import selection as sel
    from errwidgets.selection import Clause
    from errwidgets.sources.columns import ViewColumns
    from errwidgets.widgets.group import Group
    from errwidgets.widgets.needs import Needs

__all__ = ["View"]


class _SelectionTrait(traitlets.TraitType[Any, Any]):
    """The selection of the linked group: read from it, assigned to it, observable."""

    default_value = Selection()
    info_text = "None or a Selection"

    def get(self, obj: Any, cls: Any = None) -> Selection:  # noqa: ARG002
        group: Group | None = getattr(obj, "_group", None)
        return group.selection if group is not None else Selection()

    def set(self, obj: Any, value: object) -> None:
        obj._group.assign(value)  # noqa: SLF001  the trait is a part of the view


class _LensTrait(traitlets.TraitType[Any, Any]):
    """The lens of the linked group: read from it, assigned to it, observable."""

    default_value = Lens()
    info_text = "None, a Lens or a dict of its parts"

    def get(self, obj: Any, cls: Any = None) -> Lens:  # noqa: ARG002
        group: Group | None = getattr(obj, "_group", None)
        return group.lens if group is not None else Lens()

    def set(self, obj: Any, value: object) -> None:
        obj._group.look(value)  # noqa: SLF001  the trait is a part of the view


class Option:
    """A way to show things that the view's controls and Python both set.

    Parameters
    ----------
    default : str, bool or None
        What it is at first.
    allowed : sequence
        What it can be.
    """

    def __init__(self, default: str | None, allowed: Sequence[str | None]) -> None:
        self.default = default
        self.allowed = allowed
        self.name = ""

    def __set_name__(self, owner: type[View], name: str) -> None:
        self.name = name

    def __get__(self, view: View | None, owner: type[View] | None = None) -> Any:
        return self if view is None else view._options.get(self.name, self.default)  # noqa: SLF001

    def __set__(self, view: View, value: object) -> None:
        checked = one_of(self.name, value, self.allowed)
        view._options = {**view._options, self.name: checked}  # noqa: SLF001


def _known_options(value: Any, view: View) -> dict[str, Any]:
    """Return of what a browser sent the options that there are."""
    options = view.options()
    # What only the page sets is kept as it is; it means nothing here.
    own = {
        name: value[name] for name in view.page_options if isinstance(value, dict) and name in value
    }
    sent = value if isinstance(value, dict) else {}
    known = {
        name: sent[name]
        for name, option in options.items()
        if name in sent and any(sent[name] is a or sent[name] == a for a in option.allowed)
    }
    return {**own, **known}


class View(anywidget.AnyWidget):
    """Base of all widgets: a stub on the page, a member of a group of linked views.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    linked : bool, default=True
        Share the selection with the other widgets of the same evaluation.
    keep : bool, default=False
        Leave the view of an earlier run of the same notebook cell open.
    layout : ipywidgets.Layout, optional
        Layout of the widget.
    """

    kind: ClassVar[str]
    """Names the view in the bundle; prefix of the sources of its clauses."""

    page_options: ClassVar[frozenset[str]] = frozenset()
    """Names of what only the page sets: which classes were brought in, for example."""

    # Text, not a path: for a path anywidget keeps every instance alive to reload it.
    _esm = (STATIC / "stub.js").read_text(encoding="utf-8")
    _runtime = anywidget.WidgetTrait().tag(sync=True)
    _store = anywidget.WidgetTrait().tag(sync=True)
    _kind = traitlets.Unicode().tag(sync=True)
    _source = traitlets.Unicode().tag(sync=True)
    _options = traitlets.Dict().tag(sync=True, from_json=_known_options)

    # Counted here only, so that answers that cross on the way take nothing back.
    _revision = traitlets.Int().tag(
        sync=True,
        from_json=lambda _, view: view._revision,  # noqa: SLF001  the trait is a part of the view
    )
    """How many gestures were taken up, in hosts that must hear of them: see `say_changed`."""

    selection = _SelectionTrait()

    lens = _LensTrait()
    """How predictions are looked at, the same on all linked widgets: see :class:`Lens`."""

    def __init__(
        self,
        evaluation: Evaluation,
        *,
        linked: bool = True,
        keep: bool = False,
        layout: Any = None,
        **options: Any,
    ) -> None:
        where = type(self).__name__
        known = self.options()
        for keyword in options:
            if keyword not in known:
                raise UnknownKeywordError.of(where, keyword, self._view_keywords())
        if not isinstance(evaluation, Evaluation):
            raise InputTypeError.expected(
                "evaluation", "an Evaluation", evaluation,
                advice=f"From arrays: {where}.from_predictions(y_true, y_pred); "
                f"from a model: {where}.from_estimator(model, X, y).",
            )  # fmt: skip
        shown = {name: one_of(name, value, known[name].allowed) for name, value in options.items()}
        self.check(evaluation)
        cell = running_cell()
        if not keep:
            REGISTRY.close_previous(cell)
        self._readers_run_again = session() is not None
        self._own_layout = layout is None
        self._group = REGISTRY.group(evaluation, linked=linked)
        source = self._group.join(self)
        try:
            super().__init__(
                _runtime=REGISTRY.runtime(),
                _store=self._group.store(),
                _kind=self.kind,
                _source=source,
                _options={name: shown.get(name, known[name].default) for name in known},
                **({} if layout is None else {"layout": layout}),
            )
        except BaseException:
            self._group.leave(source)
            raise
        REGISTRY.remember(cell, self, keep=keep)

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return the ways to show things that this kind of view has."""
        return {
            name: part
            for kind in reversed(cls.__mro__)
            for name, part in vars(kind).items()
            if isinstance(part, Option)
        }

    @classmethod
    def _view_keywords(cls) -> set[str]:
        return {"linked", "keep", "layout", *cls.options()}

    @classmethod
    def check(cls, evaluation: Evaluation) -> None:
        """Refuse an evaluation that this view cannot show."""

    def needs(self, columns: ViewColumns) -> Needs:
        """Return what the view needs on the page and in a saved notebook."""
        raise NotImplementedError

    @classmethod
    def from_predictions(cls, y_true: Any, y_pred: Any, **options: Any) -> Self:
        """Make the widget from arrays; takes the keywords of both constructors.

        See Also
        --------
        Evaluation.from_predictions : Makes the evaluation that is shown.
        """
        return cls._from(Evaluation.from_predictions, (y_true, y_pred), options)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any, **options: Any) -> Self:  # noqa: N803
        """Make the widget from a fitted model; takes the keywords of both constructors.

        See Also
        --------
        Evaluation.from_estimator : Makes the evaluation that is shown.
        """
        return cls._from(Evaluation.from_estimator, (estimator, X, y), options)

    @classmethod
    def _from(
        cls, make: Callable[..., Evaluation], data: tuple[Any, ...], options: dict[str, Any]
    ) -> Self:
        for_view = cls._view_keywords()
        for_evaluation = _keywords(make)
        for keyword in options:
            if keyword not in for_view | for_evaluation:
                where = f"{cls.__name__}.{make.__name__}"
                raise UnknownKeywordError.of(where, keyword, for_view | for_evaluation)
        evaluation = make(*data, **{k: v for k, v in options.items() if k in for_evaluation})
        return cls(evaluation, **{k: v for k, v in options.items() if k in for_view})

    # ------------------------------------------------------------ the selection

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation that is shown."""
        return self._group.evaluation

    @property
    def own_clause(self) -> Clause | None:
        """What this view itself contributes to the selection."""
        return self._group.selection.clause(self._source)

    def elsewhere(self) -> tuple[sel.Predicate, ...]:
        """Return what the other views select: this one counts the rows of these."""
        own = {self._source, "python"} if self.adopts_python() else {self._source}
        return tuple(c.predicate for c in self._group.selection if c.source not in own)

    def adopts_python(self) -> bool:
        """Return whether a selection made in code is shown as this view's own."""
        return False

    @property
    def selected(self) -> Any:
        """The selected rows with their original index and dtypes; no rows when nothing is.

        A copy, with the per-row columns of ``evaluation.frame``.
        """
        return self._group.selected()

    @property
    def selected_index(self) -> pd.Index[Any]:
        """The index labels of the selected rows; row numbers where the frame has none."""
        return self._group.index

    @property
    def mask(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows are selected: shape (n_samples,), aligned with the input."""
        return self._group.mask

    @property
    def query_string(self) -> str | None:
        """The pandas query that gives the same rows of ``evaluation.frame``.

        ``None`` when nothing is selected or pandas cannot say it.
        """
        return self._group.query_string()

    def on_select(self, handler: Callable[[pd.DataFrame], object], remove: bool = False) -> None:
        """Call ``handler(frame)`` once per change of the selected rows.

        Parameters
        ----------
        handler : callable
            Takes the selected rows. An exception in it is shown and stops no other.
        remove : bool, default=False
            Stop calling it.
        """
        if not callable(handler):
            raise InputTypeError.expected("handler", "a function of one DataFrame", handler)
        self._group.on_select(handler, remove=remove)

    def announce(self, old: tuple[Selection, Lens], new: tuple[Selection, Lens]) -> None:
        """Tell observers of the `selection` and `lens` traits what changed."""
        for name, before, after in zip(("selection", "lens"), old, new, strict=True):
            if before != after:
                change = {"name": name, "old": before, "new": after, "owner": self}
                self.notify_change(traitlets.Bunch(type="change", **change))

    def say_changed(self) -> None:
        """Let the host run cells again that read this view, after a gesture on a page.

        marimo runs the cells that read ``mo.ui.anywidget(view)`` when the page
        changes a trait of that very view, while a gesture changes the store. So
        the page is asked to say it back (``sayBack`` in ``js/src/stub.ts``).
        What code changes is no reason: a cell may read what it assigns.
        """
        if self._readers_run_again and self.comm is not None:
            self._revision += 1

    # ------------------------------------------------------------ on the page

    def close(self) -> None:
        """Close this view. The selection stays with the evaluation."""
        if self.comm is None:
            return
        super().close()
        if self._own_layout:
            self.layout.close()
        self._group.leave(self._source)

    def fallback(self) -> tuple[str, str]:
        """Return (text/plain, text/html) for readers without JavaScript."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        plain, html = self.fallback()
        return {**data, "text/plain": plain, "text/html": html}, metadata


def _keywords(function: Callable[..., Any]) -> set[str]:
    """Return a constructor's keywords; ``**options`` stands for those that evaluations share."""
    parameters = inspect.signature(function).parameters.values()
    named = {p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    return named | OPTIONS if "options" in {p.name for p in parameters} else named
