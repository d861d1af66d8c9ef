"""What people add to an evaluation: the selection and named cohorts, kept and saved."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import tempfile
import types
import weakref
from typing import TYPE_CHECKING, Any

from errwidgets._choices import choose
from errwidgets._rows import COHORT
from errwidgets.exceptions import InputError, InputTypeError, SelectionError, hint, listed, shown
from errwidgets.lens import Lens
from errwidgets.selection import All, AnyOf, Clause, In, Not, Selection, mask
from errwidgets.selection.values import selection_from_data, selection_to_data

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from errwidgets._rows import PerRow
    from errwidgets.selection import Predicate

__all__ = ["Notes"]

_FORMAT = "errwidgets cohorts"

_VERSION = 1


class Notes:
    """What people add to an evaluation: the one part of it that changes.

    Attributes
    ----------
    selection : Selection
        What is selected in the linked views; it outlives the views.
    lens : Lens
        How the linked views look at the predictions.
    """

    def __init__(self, rows: PerRow) -> None:
        self.selection = Selection()
        self.lens = Lens()
        self._rows = rows
        self._cohorts: dict[str, Selection] = {}
        self._watchers: list[weakref.WeakMethod[Callable[[], object]]] = []

    def watch(self, changed: Callable[[], object]) -> None:
        """Call a method whenever the cohorts change, for as long as its object lives."""
        self._watchers = [known for known in self._watchers if known() is not None]
        self._watchers.append(weakref.WeakMethod(changed))

    # ------------------------------------------------------------ cohorts

    @property
    def cohorts(self) -> Mapping[str, Selection]:
        """The named selections, in the order they were added."""
        return types.MappingProxyType(self._cohorts)

    def add_cohort(self, name: str, selection: Any, *, replace: bool = False) -> None:
        """Keep a selection under a name; ``"cohort."`` and the name is then a column.

        The column holds True and False. Selections, :meth:`Evaluation.group_by`, features of
        :meth:`Evaluation.find_slices` and the widgets know it; the frame does not hold it.

        Parameters
        ----------
        name : str
            What to call it.
        selection : object
            Whatever `Evaluation.selection` takes.
        replace : bool
            Whether a cohort of that name may be replaced.

        Raises
        ------
        InputTypeError, InputError, SelectionError, SelectionTypeError
            When the name is empty or taken, or no rows can be selected so.

        Examples
        --------
        >>> import errwidgets as ew
        >>> evaluation = ew.Evaluation.from_predictions(["cat", "dog"], ["cat", "cat"])
        >>> evaluation.notes.add_cohort("dogs", "y_true == 'dog'")
        >>> evaluation.select(evaluation.notes.cohorts["dogs"])["y_pred"].tolist()
        ['cat']
        >>> evaluation.group_by("cohort.dogs")["support"].tolist()
        [1, 1]
        """
        given: Any = name
        if not isinstance(given, str):
            raise InputTypeError.expected("The name of a cohort", "a text", name)
        if not name.strip():
            raise InputError(f"The name of a cohort must not be empty; got {name!r}.")
        chosen = self._spelled_out(choose(selection, self._rows))
        if not chosen:
            raise SelectionError(
                f"Nothing is selected, so there is no cohort {name!r} to keep. Pass a selection."
            )
        self._check(name, chosen)
        self._keep({name: chosen}, replace=replace)

    def remove_cohort(self, name: str) -> None:
        """Forget a cohort.

        Raises
        ------
        InputError
            When there is none of that name.
        """
        if name not in self._cohorts:
            raise InputError(
                f"There is no cohort {shown(name)}.{hint(name, self._cohorts)} "
                f"Cohorts: {listed(self._cohorts) or 'none'}."
            )
        self._hold({other: kept for other, kept in self._cohorts.items() if other != name})

    def _hold(self, cohorts: dict[str, Selection]) -> None:
        # What was removed is still known to whatever names its column: a selection stays one.
        changed = [name for name, kept in cohorts.items() if self._cohorts.get(name) != kept]
        self._rows.columns.forget(changed)
        self._cohorts = self._rows.cohorts = cohorts
        for watcher in self._watchers:
            told = watcher()
            if told is not None:
                told()

    def _keep(self, added: dict[str, Selection], *, replace: bool) -> None:
        taken = [
            name for name, chosen in added.items() if self._cohorts.get(name, chosen) != chosen
        ]
        if taken and not replace:
            raise InputError(
                f"There is another cohort {listed(taken)} already. Choose another name, or pass "
                f"replace=True."
            )
        others = [name for name in added if self._rows.columns.in_table(f"{COHORT}{name}")]
        if others:
            raise InputError(
                f"A cohort is a column too, and there is a column {COHORT + others[0]!r} already. "
                f"Choose another name than {others[0]!r}."
            )
        self._hold({**self._cohorts, **added})

    def _spelled_out(self, chosen: Selection) -> Selection:
        """Say what other cohorts hold in place of their names: these may come to hold others."""
        clauses = [Clause(one.source, self._without_cohorts(one.predicate)) for one in chosen]
        return Selection(tuple(clauses))

    def _without_cohorts(self, predicate: Predicate) -> Predicate:
        match predicate:
            case All(of):
                return All(tuple(self._without_cohorts(part) for part in of))
            case AnyOf(of):
                return AnyOf(tuple(self._without_cohorts(part) for part in of))
            case Not(of):
                return Not(self._without_cohorts(of))
            case In(column, values) if self._is_cohort(column):
                held = self._cohorts[str(column).removeprefix(COHORT)].predicate()
                assert held is not None  # noqa: S101  a cohort holds a clause
                inside = self._without_cohorts(held)
                return AnyOf(tuple(inside if bool(value) else Not(inside) for value in values))
        return predicate

    def _is_cohort(self, column: Hashable) -> bool:
        name = str(column)
        known = name.startswith(COHORT) and name.removeprefix(COHORT) in self._cohorts
        return known and not self._rows.columns.in_table(name)

    def _check(self, name: str, chosen: Selection) -> None:
        predicate = chosen.predicate()
        if predicate is None:
            return
        try:
            mask(predicate, self._rows.columns, len(self._rows.roles.table))
        except SelectionError as error:
            raise type(error)(f"The cohort {name!r} has no meaning here: {error}") from error

    # ------------------------------------------------------------ files

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the cohorts to a file, as JSON; an existing file is replaced as a whole.

        Parameters
        ----------
        path : path-like
            Where to.

        Raises
        ------
        SelectionError, OSError
            When a value has no spelling in JSON, or the file cannot be written.
        """
        data = {
            "format": _FORMAT,
            "version": _VERSION,
            "evaluation": self._rows.roles.name,
            "n_samples": len(self._rows.roles.table),
            "cohorts": [
                {"name": name, "selection": selection_to_data(chosen, self._label)}
                for name, chosen in self._cohorts.items()
            ],
        }
        _write(pathlib.Path(path), json.dumps(data, ensure_ascii=False, indent=1) + "\n")

    def load(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        """Add the cohorts of a file that :meth:`save` wrote; all of them or none.

        Parameters
        ----------
        path : path-like
            Where from.
        replace : bool
            Whether cohorts of the same names may be replaced.

        Raises
        ------
        SelectionError, InputError, OSError
            When the file holds no cohorts, or they name columns, values or rows that
            this evaluation does not have.
        """
        where = pathlib.Path(path)
        try:
            data = json.loads(where.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise InputError(f"{where} holds no cohorts: it is not JSON.") from None
        found: dict[str, Selection] = {}
        for name, chosen in _items(where, data):
            if name in found:
                raise InputError(f"{where} holds the cohort {name!r} more than once.")
            try:
                found[name] = selection_from_data(chosen, self._value)
            except SelectionError as error:
                raise type(error)(f"The cohort {name!r} cannot be read: {error}") from error
            self._check(name, found[name])
        self._keep(found, replace=replace)

    def _label(self, column: str, value: Hashable) -> dict[str, str]:
        """Return an odd label, as an enum's, by the text that views show."""
        coded = self._rows.columns[column]
        code = coded.code_of(value)
        if code is None or coded.display_labels.count(coded.display_labels[code]) > 1:
            raise SelectionError(
                f"{shown(value)} ({type(value).__name__}) of {column!r} cannot be saved: it is no "
                f"text, number or time, and no display label stands for it alone."
            )
        return {"label": coded.display_labels[code]}

    def _value(self, column: str, label: str) -> Hashable:
        if column not in self._rows.columns:
            raise SelectionError(
                f"The selection names the column {column!r}. "
                f"Known columns: {listed(self._rows.columns)}."
            )
        coded = self._rows.columns[column]
        if coded.display_labels.count(label) != 1:
            raise SelectionError(
                f"{label!r} is not a value of {column!r}. Values: {listed(coded.display_labels)}."
            )
        return coded.categories[coded.display_labels.index(label)]


def _items(where: pathlib.Path, data: Any) -> list[tuple[str, Any]]:
    match data:
        case {"format": str(name), "version": int(version)} if name == _FORMAT and (
            version > _VERSION
        ):
            raise InputError(
                f"{where} was written by a later errwidgets (format {version}); this one reads "
                f"format {_VERSION}."
            )
        case {"format": str(name), "version": 1, "cohorts": list(items)} if name == _FORMAT:
            pass
        case _:
            raise InputError(f"{where} holds no cohorts that errwidgets wrote.")
    named = []
    for item in items:
        match item:
            case {"name": str(name), "selection": chosen} if name.strip():
                named.append((name, chosen))
            case _:
                raise InputError(f"{where} holds something that is no cohort: {shown(item)}.")
    return named


def _write(path: pathlib.Path, text: str) -> None:
    """Write beside the file and move it there, so that no reader finds half of it."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        pathlib.Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            pathlib.Path(beside).unlink()
        raise
