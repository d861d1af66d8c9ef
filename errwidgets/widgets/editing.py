"""A row with other values, as a page edits it: fields by their place, choices by theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.columns import native
from errwidgets.exceptions import ErrwidgetsError, InputError
from errwidgets.explain.what_if import edited, fields_of, is_missing, nearest_right, smallest_flip
from errwidgets.sharing.explanations import fields_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.model import Model
    from errwidgets.explain.what_if import Field

    Progress = Callable[[float], object]

__all__ = ["Edited", "Editing"]


@dataclass(frozen=True, eq=False)
class Edited:
    """A row with other values.

    Attributes
    ----------
    position : int
        Which row.
    changes : dict, optional
        Its other values by column; ``None`` when they were refused.
    wire : dict
        What the page shows.
    """

    position: int
    changes: dict[Any, Any] | None
    wire: dict[str, Any]


class Editing:
    """Asks the model about rows with other values.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are edited.
    model : Model, optional
        What is asked.
    """

    def __init__(self, evaluation: Evaluation, model: Model | None) -> None:
        self.evaluation, self._model = evaluation, model
        self._fields: list[Field] | None = None
        self._row = -1
        self._changes: dict[Any, Any] = {}

    @property
    def model(self) -> Model:
        """The model.

        Raises
        ------
        InputError
            When there is none.
        """
        if self._model is None:
            raise InputError(
                "There is no model to ask. Pass model=, or make the evaluation with "
                "Evaluation.from_estimator(model, X, y)."
            )
        if self._model.parts == "image":
            raise InputError("An image has no values to edit.")
        return self._model

    def fields(self) -> list[Field]:
        """Return the columns that can be edited."""
        if self._fields is None:
            self._fields = fields_of(self.model)
        return self._fields

    def named(self, sent: Any) -> dict[Any, Any]:
        """Return changes by column, from fields by place and choices by theirs.

        Raises
        ------
        InputError
            When a place or a value does not exist.
        """
        fields = self.fields()
        changes: dict[Any, Any] = {}
        for place, value in sent:
            try:
                field = fields[int(place)]
                if value is None or field.kind == "text":
                    changes[field.name] = value
                elif field.kind == "number":
                    number = float(value)
                    changes[field.name] = int(number) if field.whole else number
                else:
                    changes[field.name] = field.choices[int(value)]
            except (ValueError, TypeError, IndexError, OverflowError):
                raise InputError(f"Field {place!r} cannot be {value!r}.") from None
        return changes

    def placed(self, changes: dict[Any, Any]) -> list[list[Any]]:
        """Return changes as the page knows them."""
        fields = self.fields()
        places = {field.name: i for i, field in enumerate(fields)}
        found = []
        for name, value in changes.items():
            field = fields[places[name]]
            sent = value
            if field.kind == "choice":
                known = [i for i, one in enumerate(field.choices)
                         if one is value or one == value]  # fmt: skip
                if not known:
                    continue  # not among the values that can be chosen
                sent = known[0]
            found.append([places[name], sent])
        return found

    # ------------------------------------------------------------ what a row was given

    def take(self, position: int, changes: dict[Any, Any]) -> None:
        """Let a row have other values from now on; another row has its own again."""
        self._row, self._changes = position, changes

    def turn_to(self, position: int) -> None:
        """Show a row: when it is another than before, with its own values."""
        if position != self._row:
            self.take(position, {})

    def edited(self, position: int) -> pd.DataFrame:
        """Return a row with the values that it was given."""
        return edited(self.model, position, self._changes if position == self._row else {})

    # ------------------------------------------------------------ what the model says

    def changed(self, position: int, sent: Any) -> Edited:
        """Return what the model says of a row with values that a page sent."""
        return self._told(position, lambda: (self.named(sent), {}))

    def started(self, position: int, which: str, progress: Progress | None) -> Edited:
        """Return what the model says of where to begin with other values.

        Parameters
        ----------
        position : int
            Which row.
        which : {"nearest", "flip"}
            The values of the most alike row that the model got right, or the smallest change
            that flips the answer.
        progress : callable, optional
            Called with the fraction that is done; stops by ``False``.
        """

        def begin() -> tuple[dict[Any, Any], dict[str, Any]]:
            changes, said = self._start(which, position, progress)
            return changes, {"started": said}

        return self._told(position, begin)

    def _told(
        self, position: int, find: Callable[[], tuple[dict[Any, Any], dict[str, Any]]]
    ) -> Edited:
        """Return an answer; refusals are shown where they were asked for."""
        try:
            form = {"fields": fields_to_wire(self.fields()), "own": self._own(position)}
            changes, said = find()
            answer = self._answer(position, changes)
        except ErrwidgetsError as error:
            return Edited(position, None, {"position": position, "problem": str(error)})
        return Edited(position, changes, {"position": position, **form, **answer, **said})

    def _answer(self, position: int, changes: dict[Any, Any]) -> dict[str, Any]:
        after = self.model.answers(edited(self.model, position, changes))[0]
        before = self.model.answers(edited(self.model, position, {}))[0]
        labels = list(self.evaluation.display_labels) if len(after) > 1 else [""]
        return {
            "labels": labels,
            "before": before.tolist(),
            "after": after.tolist(),
            "values": self.placed(changes),
        }

    def _own(self, position: int) -> list[list[Any]]:
        """Return the row's own values as the page edits them."""
        row = self.model.rows(np.array([position]))
        own: dict[Any, Any] = {}
        for field in self.fields():
            value: Any = row[field.name].iloc[0]
            missing = is_missing(value)
            own[field.name] = None if missing else native(value)
        return self.placed(own)

    def _start(
        self, which: str, position: int, progress: Progress | None
    ) -> tuple[dict[Any, Any], str]:
        """Return where to begin with other values, and what that is, in words."""
        if which == "nearest":
            found = nearest_right(self.model, position)
            if found is None:
                return {}, "The model got no row like this right."
            label = self.evaluation.index[found[0]]
            return found[1], f"Row {label}: the most alike of those that the model got right."
        flip = smallest_flip(self.model, position, progress)
        asked = f"{flip.n_asked:,} rows asked, one value changed at a time"
        if not flip.changes:
            return {}, f"No single value that was tried flips the answer: {asked}."
        return flip.changes, f"The smallest change that flips the answer: {asked}."
