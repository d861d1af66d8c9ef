"""What an evaluation knows of each row: computed once, when first asked for."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import CodedColumn, as_it_came, code_column, kind_of
from errwidgets.columns.derived import Derived
from errwidgets.exceptions import TaskError
from errwidgets.selection.masks import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from errwidgets._roles import Roles
    from errwidgets.selection import Selection

__all__ = ["PerRow"]

LABELS = ("y_true", "y_pred")

COHORT = "cohort."
"""Begins the names of the columns that say which rows a cohort holds."""


class PerRow:
    """The per-row columns and the frame that holds them.

    Attributes
    ----------
    columns : mapping of str to CodedColumn
        All columns that selections and groups may name, coded when first used.
    messages : list of str
        What was decided, in words.
    cohorts : mapping of str to Selection
        The named selections, each of which is a column too. :class:`Notes` writes them.
    """

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.messages: list[str] = []
        self.cohorts: Mapping[str, Selection] = {}
        self._makers: dict[str, Callable[[], np.ndarray[Any, Any]]] = self._choose()
        self._made: dict[str, np.ndarray[Any, Any]] = {}
        self._lock = threading.RLock()
        self.names = self._names()
        self.columns = _Columns(self)

    def __getstate__(self) -> dict[str, Any]:
        raise TypeError(
            "An Evaluation is not pickled or copied deeply: it never changes, so share it; "
            "to store it, store its frame and make it again."
        )

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        with self._lock:
            if name not in self._made:
                self._made[name] = self._makers[name]()
            return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def _choose(self) -> dict[str, Callable[[], np.ndarray[Any, Any]]]:
        """Return which per-row columns there are, and how each is computed."""
        roles = self.roles
        if roles.task == "score":
            loss = roles.loss
            assert loss is not None  # noqa: S101  a score has a loss by construction
            made: dict[str, Callable[[], np.ndarray[Any, Any]]] = {"loss": lambda: loss}
            if (wrong := roles.is_error) is not None:
                made = {"is_error": lambda: wrong, **made}
            return made
        if roles.task == "regression":
            return {"is_error": self._far, "loss": self._distance, "residual": self._residual}
        made = {"is_error": self._unequal, "loss": self._class_loss}
        if roles.y_proba is not None:
            made |= {
                "confidence": self._confidence,
                "true_margin": self._true_margin,
                "top_margin": self._top_margin,
            }
        elif (top := roles.top_score) is not None:
            made["confidence"] = lambda: top
        return made

    # ------------------------------------------------------------ classification

    def _unequal(self) -> np.ndarray[Any, Any]:
        wrong: np.ndarray[Any, Any] = np.not_equal(
            self.roles.codes["y_true"], self.roles.codes["y_pred"]
        )
        return wrong

    def _class_loss(self) -> np.ndarray[Any, Any]:
        if self.roles.y_proba is None:
            return self["is_error"].astype(float)
        from errwidgets.measures.probability import row_log_loss  # noqa: PLC0415

        return row_log_loss(self.roles.codes["y_true"], self.roles.y_proba)

    def _confidence(self) -> np.ndarray[Any, Any]:
        from errwidgets.measures.margins import class_probability  # noqa: PLC0415

        return class_probability(self.roles.codes["y_pred"], self._proba())

    def _true_margin(self) -> np.ndarray[Any, Any]:
        from errwidgets.measures.margins import true_margin  # noqa: PLC0415

        return true_margin(self.roles.codes["y_true"], self._proba())

    def _top_margin(self) -> np.ndarray[Any, Any]:
        from errwidgets.measures.margins import top_margin  # noqa: PLC0415

        return top_margin(self._proba())

    def _proba(self) -> np.ndarray[Any, Any]:
        if self.roles.y_proba is None:
            raise TaskError("There are no probabilities. Pass y_proba=.")
        return self.roles.y_proba

    # ------------------------------------------------------------ regression

    def _residual(self) -> np.ndarray[Any, Any]:
        numbers = self.roles.numbers
        residual: np.ndarray[Any, Any] = numbers["y_true"] - numbers["y_pred"]
        return residual

    def _distance(self) -> np.ndarray[Any, Any]:
        distance: np.ndarray[Any, Any] = np.abs(self["residual"])
        return distance**2 if self.roles.loss_kind == "squared" else distance

    def _far(self) -> np.ndarray[Any, Any]:
        far: np.ndarray[Any, Any] = np.abs(self["residual"]) > self.error_threshold
        return far

    @functools.cached_property
    def error_threshold(self) -> float:
        """The absolute residual above which a row counts as wrong."""
        if self.roles.error_threshold is not None:
            return self.roles.error_threshold
        from errwidgets.measures.regression import rec_knee  # noqa: PLC0415

        knee = rec_knee(np.abs(self["residual"]), self.roles.sample_weight)
        self.messages.append(
            f"A row counts as wrong when it is off by more than {knee:,.6g}, the knee of the "
            f"REC curve; error_threshold= sets another."
        )
        return knee

    # ------------------------------------------------------------ the frame

    def _names(self) -> dict[str, str]:
        """Return the frame's name of each column of ours; a clash takes a trailing underscore."""
        taken = set(self.roles.table.names)
        names = {}
        for ours in (*(role for role in LABELS if role in self.roles.labels), *self._makers):
            own = ours in self.roles.labels and self.roles.labels[ours].name == ours
            final = ours
            while final in taken and not own:
                final = f"{final}_"
            if final != ours:
                said = f"The table has a column {ours!r} of its own; ours is {final!r}."
                self.messages.append(said)
            taken.add(final)
            names[ours] = final
        return names

    @functools.cached_property
    def frame(self) -> Any:
        """The user's columns, the labels and the per-row columns."""
        table = self.roles.table
        present = set(table.names)
        labels = {
            self.names[role]: _missing_as_none(as_it_came(series))
            for role, series in self.roles.labels.items()
            if self.names[role] not in present
        }
        return table.extended({**labels, **{self.names[name]: self[name] for name in self}})


class _Columns(Mapping[str, CodedColumn]):
    """Columns by the name that selections use, coded when first asked for.

    Derived features and cohorts are found by name, as in ``"review.n_words"`` and
    ``"cohort.young"``, but not listed.
    """

    def __init__(self, rows: PerRow) -> None:
        self._rows = rows
        self._coded: dict[str, CodedColumn] = {}
        self._derived: dict[Hashable, Derived] = {}
        self._lock = threading.RLock()

    def _known(self) -> dict[Any, Hashable]:
        """Name → column of the table; ``None`` for a column of ours."""
        roles, names = self._rows.roles, self._rows.names
        known: dict[Any, Hashable] = {column: column for column in roles.table.names}
        if roles.split is not None:
            known.setdefault("split", roles.split)
        ours = [*roles.labels, *(names[name] for name in self._rows), *roles.extra]
        return {**known, **dict.fromkeys(ours)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def __getitem__(self, name: str) -> CodedColumn:
        with self._lock:
            if name not in self._coded:
                self._coded[name] = self._code(name)
            return self._coded[name]

    def _code(self, name: str) -> CodedColumn:
        rows, roles = self._rows, self._rows.roles
        if name in roles.codes:
            return CodedColumn(
                name, roles.codes[name], roles.classes, rows.names[name], roles.display_labels
            )
        known = self._known()
        source = known.get(name)
        if source is not None or name in roles.extra:
            series = roles.extra[name] if source is None else roles.table.series(source)
            return code_column(name, series, roles.kinds.get(source) or kind_of(series), source)
        if name in LABELS and name in known:
            return self._code_label(name)
        return self._code_per_row(name) if name in known else self._derive(name)

    def _code_per_row(self, name: str) -> CodedColumn:
        rows = self._rows
        ours = next(key for key, final in rows.names.items() if final == name)
        series = pd.Series(rows[ours])
        if ours != "is_error":
            return code_column(name, series, kind_of(series), name)
        # Both values are there even when every prediction is right: a view asks for either.
        categories = pd.Categorical(series, categories=[False, True])
        return code_column(name, pd.Series(categories), "boolean", name)

    def derived(self, base: Hashable) -> list[str]:
        """Return the names of the features that derive from a column of the table."""
        source = self._known().get(base)
        return [] if source is None else [f"{base}.{of}" for of in self._deriver(base).features]

    def _deriver(self, base: Any) -> Derived:
        with self._lock:
            if base not in self._derived:
                series = self._rows.roles.table.series(self._known()[base])
                self._derived[base] = Derived(self[base], series)
            return self._derived[base]

    def forget(self, cohorts: Iterable[str]) -> None:
        """Look at the rows of these cohorts anew: they hold others."""
        with self._lock:
            for name in cohorts:
                self._coded.pop(f"{COHORT}{name}", None)

    def _cohort(self, name: str, chosen: Selection) -> CodedColumn:
        """Return which rows a cohort holds, as a column."""
        predicate = chosen.predicate()
        assert predicate is not None  # noqa: S101  a cohort holds a clause
        member = mask(predicate, self, len(self._rows.roles.table))
        return CodedColumn(name, member.astype(np.uint8), (False, True), None, kind="boolean")

    def _derive(self, name: Any) -> CodedColumn:
        """Return a cohort, or a feature that derives from a column of the table."""
        start = str(name) if isinstance(name, str) else ""
        chosen = self._rows.cohorts.get(start.removeprefix(COHORT))
        if start.startswith(COHORT) and chosen is not None:
            return self._cohort(start, chosen)
        found = self._from_table(start) or self._by_text(start)
        if found is None:
            raise KeyError(name)
        return found

    def _by_text(self, text: str) -> CodedColumn | None:
        """Return the column whose label is no text but is written so: pages know texts only."""
        labels = (one for one in self._known() if not isinstance(one, str) and str(one) == text)
        label: Any = next(labels, None)
        return None if label is None else self[label]

    def _from_table(self, name: str) -> CodedColumn | None:
        bases = [base for base, source in self._known().items()
                 if source is not None and name.startswith(f"{base}.")]  # fmt: skip
        for base in sorted(bases, key=lambda base: len(str(base)), reverse=True):
            found = self._deriver(base).get(name, name[len(str(base)) + 1 :])
            if found is not None:
                return found
        return None

    def in_table(self, name: str) -> bool:
        """Return whether a name is that of a column of the table, or of what derives from one."""
        return name in self._known() or self._from_table(name) is not None

    def _code_label(self, name: str) -> CodedColumn:
        """Code the numbers of a regression, in the type that the frame has them in."""
        roles, frame_name = self._rows.roles, self._rows.names[name]
        numbers = roles.numbers[name]
        column = code_column(name, roles.labels[name], "numeric", frame_name)
        if column.numbers is not None and np.array_equal(column.numbers, numbers, equal_nan=True):
            return column
        # Read from something else than numbers, which a query would not compare as we do.
        column = code_column(name, pd.Series(numbers), "numeric", frame_name)
        assert column.ordered is not None  # noqa: S101  numbers have an order
        return replace(column, ordered=replace(column.ordered, in_queries=False))


def _missing_as_none(series: pd.Series[Any]) -> pd.Series[Any]:
    missing = series.isna()
    if not missing.any():
        return series
    return series.astype(object).where(~missing, None)
