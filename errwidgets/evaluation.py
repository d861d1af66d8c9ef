"""Predictions beside the truth: the one object that every view and measure starts from."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, Literal, Self, Unpack

import numpy as np
import pandas as pd

from errwidgets import _inputs as inputs
from errwidgets import _outputs, _roles
from errwidgets import selection as _selection
from errwidgets._choices import choose
from errwidgets._features import choose_features
from errwidgets._notes import Notes
from errwidgets._rows import PerRow
from errwidgets._table import COPIES_LAZILY, as_table, take
from errwidgets.columns import is_hashable, native
from errwidgets.exceptions import (
    ColumnNotFoundError,
    FrozenError,
    TaskError,
    UnknownLabelError,
)
from errwidgets.selection import All, In

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from errwidgets._roles import Options, Roles, ScoreOptions, Task
    from errwidgets.columns import CodedColumn
    from errwidgets.explain import Attributions, ImageAttributions, TextAttributions
    from errwidgets.selection import Selection
    from errwidgets.slices.tree import ErrorTree

__all__ = ["Evaluation", "Notes"]


class _Unset:
    """No value was passed; ``None`` is a label (the missing one)."""

    def __repr__(self) -> str:
        return "<any>"


ANY: Final = _Unset()


class Evaluation:
    """Predictions and the truth for the same rows, coded once and never changed.

    Make one with :meth:`from_predictions`, :meth:`from_frame`,
    :meth:`from_estimator`, :meth:`from_records` or :meth:`from_scores`. The
    constructors share these keywords; each is optional.

    Parameters
    ----------
    y_proba : array-like of shape (n_samples, n_classes), DataFrame, dict or str
        Class probabilities in [0, 1], rows summing to 1 within 1e-3; nothing is
        rescaled. An array in the order of `classes`; one dimension for two
        classes, of `pos_label`; a DataFrame or dict with a column or key per
        class; the name of a column, or the start of the names of columns whose
        ends are the classes. Names match a class by value, then by text.
    y_score : array-like of shape (n_samples,) or (n_samples, n_classes), or str
        Decision scores of any scale, higher for `pos_label` (or the class).
    task : {"binary", "multiclass", "regression"}
        By default told from the labels: numbers with fractions are a regression.
    classes : sequence
        Class labels in the order wanted, also those that do not occur. By
        default numbers, then text, then the missing label ``None``.
    display_labels : sequence of str or dict
        What views show for the classes; queries use the labels themselves.
    pos_label : label
        The positive class of two; by default the second.
    class_groups : dict
        Class → group, or group → list of classes.
    sample_weight : array-like of shape (n_samples,) or str
        Non-negative weights.
    split : array-like of shape (n_samples,) or str
        Names the part of the data that a row belongs to; no feature.
    features : list of column names
        Columns that describe the rows. By default all that play no other role,
        but for constant and identifier-like ones; :attr:`messages` says which.
    kinds : dict
        Column → kind, where :func:`errwidgets.columns.kind_of` is wrong.
    loss : {"absolute", "squared"}, default="absolute"
        The per-row loss of a regression.
    error_threshold : float
        The absolute residual above which a regression counts as wrong; by
        default the knee of the REC curve.
    model : object
        The model that predicted, for explanations.
    name : str
        Shown in every view.
    persist : {"codes", "rows", False}, default="codes"
        What a notebook that is saved with its widgets keeps. ``"codes"``: the
        coded columns that the open views need, at most 5 MB, above that a sample;
        no free text and no rows. ``"rows"``: also some readable rows of the
        selection. ``False``: counts only. :meth:`persisted` lists it.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression", "score"}
        What was predicted.
    classes, display_labels : tuple
        Labels in matrix order, and their texts; empty without classes.
    n_samples : int
        Number of rows.
    y_proba : ndarray of shape (n_samples, n_classes) or None
        In the order of `classes`.
    columns : mapping of str to CodedColumn
        The columns that selections and groups may name, coded when first used.
    notes : Notes
        What people add; everything else is frozen.
    kept : dict
        What searches keep for the next one; it changes no answer.
    """

    name: str | None
    task: Task
    classes: tuple[Hashable, ...]
    display_labels: tuple[str, ...]
    pos_label: Hashable
    class_groups: Mapping[Hashable, str] | None
    n_samples: int
    model: Any
    persist: Literal["codes", "rows", False]
    notes: Notes
    columns: Mapping[str, CodedColumn]
    y_proba: np.ndarray[Any, Any] | None
    y_score: np.ndarray[Any, Any] | None
    sample_weight: np.ndarray[Any, np.dtype[np.float64]] | None
    kept: dict[str, Any]
    _roles: Roles
    _rows: PerRow

    def __init__(self, roles: Roles) -> None:
        rows = PerRow(roles)
        self.__dict__.update(
            name=roles.name,
            task=roles.task,
            classes=roles.classes,
            display_labels=roles.display_labels,
            pos_label=roles.pos_label,
            class_groups=roles.class_groups,
            n_samples=len(roles.table),
            model=roles.model,
            persist=roles.persist,
            notes=Notes(rows),
            columns=rows.columns,
            y_proba=roles.y_proba,
            y_score=roles.y_score,
            sample_weight=roles.sample_weight,
            kept={},
            _roles=roles,
            _rows=rows,
        )

    def __setattr__(self, attribute: str, value: object) -> None:
        raise FrozenError(
            f"An Evaluation never changes, so {attribute!r} cannot be set. Make a new one with "
            f"Evaluation.from_predictions, from_frame or from_estimator."
        )

    def __repr__(self) -> str:
        name = f"{self.name!r}: " if self.name else ""
        classes = f", {len(self.classes):,} classes" if self.classes else ""
        plural = "" if self.n_errors == 1 else "s"
        wrong = f", {self.n_errors:,} mistake{plural}" if self.has_errors else ""
        return f"<Evaluation {name}{self.task}, {self.n_samples:,} rows{classes}{wrong}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self  # frozen: a copy would be the same, but for notes that views have linked

    def _repr_html_(self) -> str:
        from errwidgets.sharing.summary import summary_html  # noqa: PLC0415

        return summary_html(self)

    # ------------------------------------------------------------ making one

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_pred: Any,
        *,
        X: Any = None,  # noqa: N803  scikit-learn's name
        **options: Unpack[Options],
    ) -> Self:
        """Make an evaluation from arrays.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            True and predicted labels: text, whole numbers, truth values, enums or
            categories, where missing values form a class of their own; or numbers,
            for a regression.
        X : DataFrame or array-like of shape (n_samples, n_features), optional
            Columns that describe the rows; a list of texts is one column. Its
            index becomes the index of every frame that comes back.
        **options
            The keywords of :class:`Evaluation`.

        Returns
        -------
        Evaluation

        Raises
        ------
        LengthMismatchError, IndexMismatchError, ShapeError, EmptyInputError, InputTypeError, \
LabelError, ProbabilityError, WeightError, UnknownKeywordError
            When the inputs do not describe the same rows, or have no meaning.

        Examples
        --------
        >>> import errwidgets as ew
        >>> evaluation = ew.Evaluation.from_predictions(["cat", "dog"], ["cat", "cat"])
        >>> evaluation.errors()
          y_true y_pred  is_error  loss
        1    dog    cat      True   1.0
        """
        inputs.check_keywords("Evaluation.from_predictions", options, {"X", *_roles.OPTIONS})
        return cls(_roles.array_roles(y_true, y_pred, X, options))

    @classmethod
    def from_frame(
        cls, frame: Any, *, y_true: Hashable, y_pred: Hashable, **options: Unpack[Options]
    ) -> Self:
        """Make an evaluation from a table of predictions.

        Parameters
        ----------
        frame : DataFrame of shape (n_samples, n_columns)
            pandas, polars or pyarrow; one row per prediction. Frames come back
            in the same kind.
        y_true, y_pred : column labels
            The columns of the truth and of the predictions.
        **options
            The keywords of :class:`Evaluation`; `y_proba`, `y_score`,
            `sample_weight` and `split` may name columns.

        Returns
        -------
        Evaluation

        Raises
        ------
        ColumnNotFoundError, InputTypeError, EmptyInputError
            When `frame` is not a table, is empty, or lacks a column; and as
            :meth:`from_predictions`.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> table = pd.DataFrame({"label": ["a", "b"], "guess": ["b", "b"], "age": [31, 40]})
        >>> evaluation = ew.Evaluation.from_frame(table, y_true="label", y_pred="guess")
        >>> evaluation.rows(y_true="a", y_pred="b")[["age", "is_error"]]
           age  is_error
        0   31      True
        """
        inputs.check_keywords("Evaluation.from_frame", options, _roles.OPTIONS)
        table = as_table("frame", frame)
        series = {}
        for role, column in (("y_true", y_true), ("y_pred", y_pred)):
            if not is_hashable(column) or column not in table:
                raise ColumnNotFoundError.of(role, column, table.names)
            series[role] = inputs.labels(role, table.series(column), table.index)
        used = {y_true, y_pred}
        return cls(_roles.make_roles(table, series["y_true"], series["y_pred"], options, used))

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,  # noqa: N803  scikit-learn's name
        y: Any,
        **options: Unpack[Options],
    ) -> Self:
        """Make an evaluation by asking a fitted model for its predictions.

        Parameters
        ----------
        estimator : object with ``predict``
            A fitted classifier, regressor or pipeline with scikit-learn's API,
            xgboost's and lightgbm's among them. ``predict_proba`` gives
            `y_proba`, else ``decision_function`` gives `y_score`.
        X : DataFrame or array-like of shape (n_samples, n_features)
            What the model predicts from.
        y : array-like of shape (n_samples,)
            The truth.
        **options
            The keywords of :class:`Evaluation`. `classes` are by default the
            model's ``classes_`` followed by whatever else occurs in `y`; `name`
            is that of the model's class.

        Returns
        -------
        Evaluation

        Raises
        ------
        EstimatorError
            When `estimator` cannot predict, or raises; and as
            :meth:`from_predictions`.
        """
        inputs.check_keywords("Evaluation.from_estimator", options, _roles.OPTIONS)
        y_pred, told = _outputs.ask_estimator(estimator, X)
        merged: Any = {**told, **options}
        return cls(_roles.array_roles(y, y_pred, X, merged))

    @classmethod
    def from_records(
        cls,
        y_true: Any,
        outputs: Any,
        *,
        X: Any = None,  # noqa: N803  scikit-learn's name
        **options: Unpack[Options],
    ) -> Self:
        """Make an evaluation from the outputs of a classification pipeline.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            The true labels.
        outputs : list of shape (n_samples,)
            One ``{"label": …, "score": …}`` per row, or a list of them with the
            scores of all classes.
        X : DataFrame or array-like, optional
            Columns that describe the rows; a list of texts is one column.
        **options
            The keywords of :class:`Evaluation`.

        Returns
        -------
        Evaluation
            With `y_proba` where every row has the scores of all classes, else
            with the per-row column ``confidence`` alone.

        Raises
        ------
        RecordError
            When an output has another form, or no label of it occurs in `y_true`.

        Examples
        --------
        >>> import errwidgets as ew
        >>> outputs = [{"label": "POS", "score": 0.9}, {"label": "NEG", "score": 0.6}]
        >>> ew.Evaluation.from_records(["POS", "POS"], outputs).errors()["confidence"]
        1    0.6
        Name: confidence, dtype: float64
        """
        inputs.check_keywords("Evaluation.from_records", options, {"X", *_roles.OPTIONS})
        truth = inputs.labels("y_true", y_true, None)
        y_pred, told, top_score = _outputs.read_records(truth, outputs)
        merged: Any = {**told, **options}
        roles = _roles.array_roles(y_true, y_pred, X, merged)
        if roles.y_proba is None:
            roles.top_score = top_score
        return cls(roles)

    @classmethod
    def from_scores(
        cls,
        X: Any,  # noqa: N803  scikit-learn's name
        *,
        loss: Any,
        is_error: Any = None,
        **options: Unpack[ScoreOptions],
    ) -> Self:
        """Make an evaluation from any per-row number that says how wrong a row is.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Columns that describe the rows.
        loss : array-like of shape (n_samples,) or str
            Higher is worse: 1 - BLEU, 1 - IoU, a judge's penalty; or the name of
            a column of `X`.
        is_error : array-like of shape (n_samples,) of bool, or str, optional
            Which rows count as mistakes.
        **options
            Of the keywords of :class:`Evaluation`: `sample_weight`, `split`,
            `features`, `kinds`, `model`, `name`, `persist`.

        Returns
        -------
        Evaluation
            Of task ``"score"``.

        Raises
        ------
        InputError, LengthMismatchError, ColumnNotFoundError
            When `loss` is not a finite number per row, or `is_error` no truth value.

        Examples
        --------
        >>> import errwidgets as ew
        >>> ew.Evaluation.from_scores(["a text", "another"], loss=[0.1, 0.7]).summary()["value"]
        mean_loss      0.4
        median_loss    0.4
        Name: value, dtype: float64
        """
        allowed = {"sample_weight", "split", "features", "kinds", "model", "name",
                   "persist"}  # fmt: skip
        inputs.check_keywords("Evaluation.from_scores", options, {"loss", "is_error", *allowed})
        return cls(_outputs.score_roles(as_table("X", X), loss, is_error, options))

    # ------------------------------------------------------------ reading it

    @property
    def is_classification(self) -> bool:
        """Whether there are classes."""
        return self.task in {"binary", "multiclass"}

    @property
    def has_errors(self) -> bool:
        """Whether rows can be right or wrong (a score alone does not say)."""
        return self.task != "score" or self._roles.is_error is not None

    @property
    def n_errors(self) -> int:
        """Number of rows that count as mistakes."""
        return int(np.count_nonzero(self._rows["is_error"])) if self.has_errors else 0

    @property
    def error_threshold(self) -> float | None:
        """The absolute residual above which a row of a regression counts as wrong."""
        return self._rows.error_threshold if self.task == "regression" else None

    @functools.cached_property
    def _feature_choice(self) -> tuple[tuple[Hashable, ...], str | None]:
        return choose_features(self._roles)

    @property
    def features(self) -> tuple[Hashable, ...]:
        """The columns that describe the rows."""
        return self._feature_choice[0]

    @property
    def messages(self) -> tuple[str, ...]:
        """What was decided about the input and should be known, in words."""
        said = [*self._roles.messages, *self._rows.messages, self._feature_choice[1]]
        return tuple(message for message in said if message)

    def row_values(self, name: str) -> np.ndarray[Any, Any]:
        """Return a per-row column by its own name, whatever the frame calls it.

        Parameters
        ----------
        name : {"is_error", "loss", "confidence", "true_margin", "top_margin", "residual"}
            Which; those that need probabilities exist only with them.

        Returns
        -------
        ndarray of shape (n_samples,)

        Raises
        ------
        ColumnNotFoundError
            When this evaluation has no such column.
        """
        if not isinstance(name, str) or name not in self._rows:
            raise ColumnNotFoundError.of("name", name, self._rows)
        return self._rows[name]

    def frame_name(self, name: str) -> str:
        """Return what :attr:`frame` calls one of our columns.

        Parameters
        ----------
        name : str
            ``"y_true"``, ``"y_pred"`` or a per-row column.

        Returns
        -------
        str
            The name, with trailing underscores where the table has such a column.
        """
        if not isinstance(name, str) or name not in self._rows.names:
            raise ColumnNotFoundError.of("name", name, self._rows.names)
        return self._rows.names[name]

    def column_of(self, numbers: np.ndarray[Any, Any]) -> pd.Series[Any] | None:
        """Return the table's first column that holds exactly these numbers, or ``None``.

        Parameters
        ----------
        numbers : ndarray of shape (n_samples,)
            Such as one class's probabilities.
        """
        return self._roles.table.column_of(numbers)

    @property
    def is_pandas(self) -> bool:
        """Whether :attr:`frame` is pandas'; else rows have numbers for labels."""
        return self._roles.table.is_pandas

    @property
    def index(self) -> pd.Index[Any]:
        """The labels of the rows; row numbers where the frame has none."""
        return self._roles.table.index

    @property
    def frame(self) -> Any:
        """The user's columns unchanged, then `y_true`, `y_pred` and the per-row columns.

        A column of the user's that has one of these names keeps it; ours then
        takes a trailing underscore. A new frame each time: changing it changes
        nothing here.
        """
        frame = self._rows.frame
        return frame.copy(deep=not COPIES_LAZILY) if isinstance(frame, pd.DataFrame) else frame

    @property
    def table_names(self) -> tuple[Hashable, ...]:
        """The columns of the user's table, in its order."""
        return tuple(self._roles.table.names)

    def table_rows(
        self, columns: Sequence[Hashable], positions: np.ndarray[Any, np.dtype[np.intp]]
    ) -> pd.DataFrame:
        """Return rows of some columns of the user's table as a pandas frame.

        Parameters
        ----------
        columns : sequence of column labels
            In the order that is wanted.
        positions : ndarray of shape (n_rows,)
            Row numbers.
        """
        table = self._roles.table
        if table.is_pandas:
            rows: pd.DataFrame = table.native[list(columns)].iloc[positions]
            return rows
        series = {name: table.series(name).iloc[positions] for name in columns}
        return pd.DataFrame(series, index=table.index[positions])

    def take(self, rows: np.ndarray[Any, Any]) -> Any:
        """Return the rows of :attr:`frame` at these positions, or where a mask is true.

        Parameters
        ----------
        rows : ndarray of int, or of bool and shape (n_samples,)
            Positions in the order wanted, or a mask.

        Returns
        -------
        DataFrame
            A copy.
        """
        return take(self._rows.frame, rows)

    def rows(self, *, y_true: Any = ANY, y_pred: Any = ANY) -> Any:
        """Return the rows with these labels: the content of a matrix cell.

        Parameters
        ----------
        y_true, y_pred : label, optional
            A class, or ``None`` for the missing label; left out, any class.

        Returns
        -------
        DataFrame
            Rows of :attr:`frame`, a copy.

        Raises
        ------
        UnknownLabelError
            When a label is not one of :attr:`classes`.
        TaskError
            When there are no classes.
        """
        self._need_classes("rows(y_true=, y_pred=)")
        conditions = []
        for role, label in (("y_true", y_true), ("y_pred", y_pred)):
            if label is ANY:
                continue
            if not is_hashable(label) or self.columns[role].code_of(label) is None:
                raise UnknownLabelError.of(role, label, self.classes)
            conditions.append(In(role, (native(label),)))
        return self.take(self._mask(All(tuple(conditions))))

    def errors(self) -> Any:
        """Return the mistakes, worst first (highest `loss`; ties keep their order).

        Returns
        -------
        DataFrame
            Rows of :attr:`frame`, a copy.

        Raises
        ------
        TaskError
            For scores without `is_error`.
        """
        if not self.has_errors:
            raise TaskError(
                "Scores alone do not say which rows are mistakes. Pass is_error= to "
                "Evaluation.from_scores, for example is_error=loss > 0.5."
            )
        positions = np.flatnonzero(self._rows["is_error"])
        worst = np.argsort(-self._rows["loss"][positions], kind="stable")
        return self.take(positions[worst])

    def selection(self, value: Any) -> Selection:
        """Return the selection that a value means: what `.selection` of a widget accepts.

        Parameters
        ----------
        value : None, Selection, predicate, str, array-like of bool, Index, list or DataFrame
            ``None`` selects nothing. A text is a pandas query of :attr:`frame`, in which
            ``@name`` is a variable of the caller. A mask has one truth value per row; a
            Series is aligned by its index, in any order, all else by position. An Index
            or a list (tuple, set) holds index labels and means all rows that carry them;
            a DataFrame means its index.

        Returns
        -------
        Selection
            Of one clause with the source ``"python"``, unless `value` is a Selection.

        Raises
        ------
        SelectionTypeError, SelectionError
            When no selection can be made from `value`: a query that pandas cannot
            answer, a mask of another length, labels that no row carries.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> X = pd.DataFrame({"age": [31, 40, 52]})
        >>> evaluation = ew.Evaluation.from_predictions([0, 0, 1], [0, 1, 1], X=X)
        >>> evaluation.selection("31 < age <= 40").predicate()
        Range(column='age', low=31, high=40, closed='right')
        >>> evaluation.selection([2]).predicate()
        <Rows '1 row chosen in code' of 3>
        """
        return choose(value, self._rows)

    def select(self, value: Any) -> Any:
        """Return the rows that a value selects; none when nothing is selected.

        Parameters
        ----------
        value : object
            What :meth:`selection` takes.

        Returns
        -------
        DataFrame
            Rows of :attr:`frame`, a copy.

        Raises
        ------
        SelectionTypeError, SelectionError
            As :meth:`selection`, and when a predicate names columns or values that
            are not here.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> X = pd.DataFrame({"age": [31, 40, 52]})
        >>> ew.Evaluation.from_predictions([0, 0, 1], [0, 1, 1], X=X).select("age > 35")
           age  y_true  y_pred  is_error  loss
        1   40       0       1      True   1.0
        2   52       1       1     False   0.0
        """
        return self.take(self.mask(value))

    def mask(self, selection: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which rows a selection holds; none when nothing is selected.

        Parameters
        ----------
        selection : Selection or whatever :meth:`selection` takes
            Clauses joined by AND.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
            Aligned with the rows of the input.

        Raises
        ------
        SelectionTypeError, SelectionError
            When it is no selection, or names columns or values that are not here.
        """
        predicate = self.selection(selection).predicate()
        if predicate is None:
            return np.zeros(self.n_samples, dtype=bool)
        return self._mask(predicate)

    def _mask(self, predicate: _selection.Predicate) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return _selection.mask(predicate, self.columns, self.n_samples)

    def _need_classes(self, what: str) -> None:
        if not self.is_classification:
            advice = "It needs class labels." if self.task == "score" else "Bin the values first."
            raise TaskError.not_for(what, self.task, advice=advice)

    def persisted(self) -> pd.DataFrame:
        """Return what a notebook that is saved with its widgets keeps of this evaluation.

        Returns
        -------
        DataFrame
            One row per thing: ``what``, ``name``, ``rows``, ``values``, ``bytes``
            (before base64, which adds a third) and ``note``. Empty while no
            widget shows the evaluation.
        """
        from errwidgets.widgets.listing import persisted  # noqa: PLC0415

        return persisted(self)

    # ------------------------------------------------------------ measuring it

    def confusion(self, normalize: Literal["true", "pred", "all"] | None = None) -> pd.DataFrame:
        """Return how often each class was predicted as each class.

        Parameters
        ----------
        normalize : {"true", "pred", "all"}, optional
            Divide by the totals of the true classes, of the predicted ones, or by
            all; 0 where there is nothing to divide by, as in scikit-learn.

        Returns
        -------
        DataFrame of shape (n_classes, n_classes)
            Counts (sums of weights); index ``y_true``, columns ``y_pred``, both in
            the order of :attr:`classes`.

        Raises
        ------
        TaskError
            When there are no classes.

        Examples
        --------
        >>> import errwidgets as ew
        >>> ew.Evaluation.from_predictions([1, 2, 2], [1, 1, 2]).confusion()
        y_pred  1  2
        y_true
        1       1  0
        2       1  1
        """
        from errwidgets.measures.frames import confusion  # noqa: PLC0415

        return confusion(self, normalize)

    def per_class(self, zero_division: float = float("nan")) -> pd.DataFrame:
        """Return precision, recall, F1 and specificity of each class with 95 % intervals.

        Parameters
        ----------
        zero_division : {nan, 0, 1}, default=nan
            The value of a metric that divides by nothing.

        Returns
        -------
        DataFrame
            Index class; ``precision``, ``recall``, ``f1``, ``specificity``,
            ``support``, ``predicted`` and ``…_ci_low``, ``…_ci_high``. With
            weights `support` and `predicted` are sums of weights, and
            ``n_samples`` are rows.

        Raises
        ------
        TaskError
            When there are no classes.
        """
        from errwidgets.measures.frames import per_class  # noqa: PLC0415

        return per_class(self, zero_division)

    def summary(
        self, *, ci: Literal["bootstrap"] | None = None, n_resamples: int = 1000, seed: int = 0
    ) -> pd.DataFrame:
        """Return the metrics over all rows with 95 % intervals.

        Parameters
        ----------
        ci : {"bootstrap"}, optional
            Resample instead of using closed forms.
        n_resamples : int, default=1000
            Number of resamples.
        seed : int, default=0
            Seed of the resamples.

        Returns
        -------
        DataFrame
            Index name of the metric; ``value``, ``ci_low``, ``ci_high`` (NaN where
            there is no closed form), ``support`` (rows). ``attrs["note"]`` says
            what was approximated.

        Examples
        --------
        >>> import errwidgets as ew
        >>> evaluation = ew.Evaluation.from_predictions(["a", "a", "b", "b"], ["a", "b", "b", "b"])
        >>> evaluation.summary().loc["accuracy"].round(3).to_dict()
        {'value': 0.75, 'ci_low': 0.301, 'ci_high': 0.954, 'support': 4.0}
        """
        from errwidgets.measures.frames import summary  # noqa: PLC0415

        return summary(self, ci=ci, n_resamples=n_resamples, seed=seed)

    def group_by(
        self, columns: Hashable | Sequence[Hashable], *, zero_division: float = float("nan")
    ) -> pd.DataFrame:
        """Return the metrics of each group with intervals, against the best group.

        Parameters
        ----------
        columns : column label or list of at most two
            A column of the table, ``"split"``, ``"y_true"``, ``"y_pred"`` or a
            per-row column; numbers in bins. Two give the groups that occur.
        zero_division : {nan, 0, 1}, default=nan
            The value of a metric that divides by nothing.

        Returns
        -------
        DataFrame
            Index groups; ``support`` (rows), then for each metric ``m``: ``m``,
            ``m_ci_low``, ``m_ci_high``, ``m_gap`` and ``m_ratio`` against the group
            with the best value. For two classes with false-positive,
            false-negative and selection rates of `pos_label`.

        Raises
        ------
        ColumnNotFoundError, TaskError
            For a column that is not there, or holds nothing to group by.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> X = pd.DataFrame({"side": ["left", "right", "left", "right"]})
        >>> evaluation = ew.Evaluation.from_predictions([0, 0, 1, 1], [0, 1, 1, 1], X=X)
        >>> evaluation.group_by("side")[["support", "error_rate", "error_rate_gap"]]
               support  error_rate  error_rate_gap
        side
        left         2         0.0             0.0
        right        2         0.5             0.5
        """
        from errwidgets.measures.frames import group_by  # noqa: PLC0415

        return group_by(self, columns, zero_division=zero_division)

    # ------------------------------------------------------------ why it fails

    def explain(
        self,
        rows: Any = None,
        *,
        method: Literal["shap", "lime"] = "shap",
        output: Any = "prediction",
        space: Literal["probability", "raw"] | None = None,
        background: Any = None,
        max_rows: int = 1000,
        seed: int = 0,
        values: Any = None,
    ) -> Attributions | TextAttributions | ImageAttributions:
        """Return what pushed the model to its answers, feature by feature and row by row.

        Trees and linear models are explained exactly, pipelines in the columns that the table
        has; any other model, and losses that no exact way reaches, by permutation. Results are
        kept: what was explained is there at once the next time.

        Parameters
        ----------
        rows : object, optional
            What :meth:`selection` takes; by default all rows.
        method : {"shap", "lime"}, default="shap"
            SHAP's values, or the weights of LIME's linear model around each row.
        output : str or tuple, default="prediction"
            ``"prediction"`` (the number of a regression, for two classes the output for
            `pos_label`, else that for the predicted class), ``"true_class"``,
            ``"predicted_class"``, ``("class", label)``, or ``"loss"``: log loss, for a
            regression the squared error.
        space : {"probability", "raw"}, optional
            Probabilities where they can be explained exactly, else the model's own margin.
        background : int, DataFrame or what :meth:`selection` takes, optional
            Where values come from when a feature is left out: so many random rows (100), or
            these.
        max_rows : int, default=1000
            Of more rows a random sample is explained.
        seed : int, default=0
            Of samples and permutations.
        values : shap.Explanation, array, DataFrame or shap.Explainer, optional
            Attributions of every row that were computed before: no model is asked. Of images
            heat maps: (n_samples, n_down, n_across). Or an explainer of your own, which is asked
            as it is.

        Returns
        -------
        Attributions
            ``frame`` (a column per feature), ``base_values``, ``values``, ``data``, ``exact``,
            ``errors``, ``note``; ``to_shap()``. Without a model of a surrogate that tells
            mistakes apart, and says so. Of a model of texts or images (a table of one such
            column) the parts: words, or the cells of a grid.

        Raises
        ------
        InputError, InputTypeError, TaskError, UnknownLabelError, SelectionError
            For parameters that have no meaning here.
        EstimatorError
            When the model raises, or answers with something else than numbers.
        ImportError
            When shap or lime is not installed: ``pip install errwidgets[explain]``.

        References
        ----------
        Lundberg, S. and Lee, S. (2017). A unified approach to interpreting model predictions.
        NeurIPS. Ribeiro, M. et al. (2016). "Why should I trust you?" KDD.
        """
        from errwidgets.explain.explaining import explain  # noqa: PLC0415

        return explain(self, rows, method=method, output=output, space=space,
                       background=background, max_rows=max_rows, seed=seed,
                       values=values)  # fmt: skip

    def contrast(
        self,
        selection: Any,
        against: Any = "rest",
        *,
        output: Any = "prediction",
        background: Any = None,
        max_rows: int = 1000,
        seed: int = 0,
        values: Any = None,
    ) -> pd.DataFrame:
        """Return what selected rows share that others do not.

        Parameters
        ----------
        selection : object
            What :meth:`selection` takes.
        against : {"rest", "correct"} or ("cohort", name), default="rest"
            All other rows, those of them that are right, or a cohort.
        output, background, max_rows, seed, values
            As in :meth:`explain`; of either side at most `max_rows` rows, drawn alike.

        Returns
        -------
        DataFrame
            One row per feature, the strongest difference first: ``feature``,
            ``attribution_gap`` (difference in mean absolute attribution), ``value_gap``
            (numbers: difference of means over the pooled deviation; categories: total
            variation distance, in [0, 1]), each with ``_ci_low``, ``_ci_high`` (95 %),
            ``_p_value`` and ``_q_value``; ``selected_attribution``, ``other_attribution``
            and ``words``. ``attrs["note"]`` says how many differ beyond chance.

        Raises
        ------
        InputError, EmptyInputError, SelectionError
            When either side has less than two rows.
        EstimatorError, ImportError
            As :meth:`explain`.

        References
        ----------
        Welch, B. L. (1947). Biometrika 34, 28-35. Benjamini, Y. and Hochberg, Y. (1995).
        J. Royal Statistical Society B 57, 289-300.
        """
        from errwidgets.explain.contrast import contrast  # noqa: PLC0415

        return contrast(self, selection, against=against, output=output, background=background,
                        max_rows=max_rows, seed=seed, values=values)  # fmt: skip

    # ------------------------------------------------------------ where it fails

    def conditions(self, feature: Hashable, *, edges: Any = None) -> pd.DataFrame:
        """Return what slices may say of a feature, with the mistakes in each group.

        Parameters
        ----------
        feature : column label
            A column of the table, ``"split"``, a label or per-row column, or a feature
            that derives from a text, an image or a time, as ``"review.n_words"``. Of a
            text or an image column all that derives from it.
        edges : {"quantile", "tree"}, int or list, optional
            Where the bins of numbers and times meet: at quantiles (ten bins by default),
            where a small tree on the loss would split, or the values given.

        Returns
        -------
        DataFrame
            One row per condition that occurs: ``feature``, ``condition`` (words),
            ``conditions`` (a predicate), ``query`` (``None`` where pandas cannot say it),
            ``support`` (rows), ``error_rate`` (mean loss for scores without `is_error`),
            ``ci_low``, ``ci_high`` (95 %).

        Raises
        ------
        ColumnNotFoundError, InputError, InputTypeError
            For a column that is not there, or edges that cannot be.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> X = pd.DataFrame({"side": ["left", "right", "left", "right"]})
        >>> evaluation = ew.Evaluation.from_predictions([0, 0, 1, 1], [0, 1, 1, 1], X=X)
        >>> evaluation.conditions("side")[["condition", "support", "error_rate"]]
              condition  support  error_rate
        0   side = left        2         0.0
        1  side = right        2         0.5
        """
        from errwidgets.slices.ranking import conditions  # noqa: PLC0415

        return conditions(self, feature, edges)

    def find_slices(
        self,
        features: Any = None,
        *,
        objective: Any = "error",
        max_conditions: int = 3,
        min_support: float = 0.01,
        k: int = 20,
        alpha: float = 0.95,
        within: Any = None,
        verify: bool = True,
        deduplicate: bool = True,
        time_limit: float | None = None,
        progress: Callable[[float], object] | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Return the groups of rows in which the model is wrong most, and how sure that is.

        The search is exact: no conjunction of at most `max_conditions` conditions has a
        higher score. What was found on one half of the rows is judged on the other.

        Parameters
        ----------
        features : list of column labels, or dict of label → edges, optional
            What slices may speak of; by default :attr:`features`. Edges are those of
            :meth:`conditions`. Per-row columns such as ``"confidence"`` may be named.
        objective : str, tuple, array-like of shape (n_samples,) or Evaluation
            What to look for: ``"error"``; ``"loss"``; ``"absolute_error"`` (regression);
            ``"false_positive"``, ``"false_negative"`` (two classes; only rows of the other
            class, or of `pos_label`, count); ``("recall", label)`` and ``("confusion",
            true, predicted)`` or the bare pair (only rows of the true class count); any
            number per row that is not negative, higher is worse; another evaluation of
            the same rows: those that are right here and wrong there.
        max_conditions : int, default=3
            The most conditions of a slice, each on another feature.
        min_support : int or float, default=0.01
            The fewest rows of a slice, or their share of the rows that are searched.
        k : int, default=20
            The most slices.
        alpha : float in (0, 1], default=0.95
            What a high error rate counts against few rows: near 1 small slices with many
            mistakes win.
        within : object, optional
            Only these rows: whatever :meth:`selection` takes.
        verify : bool, default=True
            Search one half of the rows (seeded, with the same share of each kind of row)
            and judge by the other. Without, the rows that were searched judge, and rates
            look worse than they are.
        deduplicate : bool, default=True
            Fold slices of nearly the same rows (Jaccard index of 0.8 or more) under the
            best of them, and leave out features that say the same as another.
        time_limit : float, optional
            Seconds after which the best so far is returned.
        progress : callable, optional
            Called with the fraction that is done; stops the search by ``False``.
        seed : int, default=0
            Which half is searched.

        Returns
        -------
        DataFrame
            The best slices first. ``slice`` (words), ``conditions`` (a predicate:
            ``select(conditions)`` gives exactly the slice, of the rows that count),
            ``query``; of all rows ``support``, ``support_share``, ``errors``,
            ``error_share``; of the half that was not searched ``verified_support``,
            ``error_rate`` (the mean objective), ``lift`` (over that of all rows), ``gap``
            (to the other rows), ``potential_gain`` (by how much the overall rate falls
            when the slice becomes as good as the rest), ``ci_low``, ``ci_high`` (95 %),
            ``p_value`` (one-sided, against the rest), ``q_value`` (Benjamini-Hochberg),
            ``verified`` (a `q_value` under 0.05); of the searched half ``score`` and
            ``discovery_rate``; ``n_similar`` (folded under it) and ``subsumed_by`` (the
            better slice that holds all of its rows). ``attrs`` has ``exhaustive``,
            ``note`` (in words, also when there is no slice) and ``measure`` (what
            `error_rate` is).

        Raises
        ------
        InputError, InputTypeError, TaskError, UnknownLabelError, ColumnNotFoundError, \
LengthMismatchError, SelectionError
            For parameters that have no meaning here.

        References
        ----------
        Sagadeeva, S. and Boehm, M. (2021). SliceLine: Fast, Linear-Algebra-based Slice
        Finding for ML Model Debugging. SIGMOD, 2290-2299.

        Examples
        --------
        >>> import errwidgets as ew, numpy as np, pandas as pd
        >>> rng = np.random.default_rng(0)
        >>> X = pd.DataFrame({"age": rng.integers(18, 80, 2000), "smoker": rng.random(2000) < 0.3})
        >>> wrong = rng.random(2000) < np.where(X["smoker"] & (X["age"] > 60), 0.6, 0.1)
        >>> evaluation = ew.Evaluation.from_predictions(np.zeros(2000, int), wrong * 1, X=X)
        >>> found = evaluation.find_slices({"age": [30, 45, 60], "smoker": None}, k=2)
        >>> found[["slice", "support", "verified"]]
                              slice  support  verified
        0  age > 60 and smoker = True      199      True
        1               smoker = True      617      True
        """
        from errwidgets.slices.finding import find_slices  # noqa: PLC0415

        return find_slices(
            self, features, objective=objective, max_conditions=max_conditions,
            min_support=min_support, k=k, alpha=alpha, within=within, verify=verify,
            deduplicate=deduplicate, time_limit=time_limit, progress=progress, seed=seed,
        )  # fmt: skip

    def error_tree(
        self,
        features: Any = None,
        *,
        max_depth: int = 3,
        min_leaf: float = 0.01,
        objective: Any = "error",
        within: Any = None,
        seed: int = 0,
    ) -> ErrorTree:
        """Return a tree that tells rows that are wrong from rows that are right.

        It is split on one half of the rows, and its rates come from the other. Numbers and
        times are split in two at the edge of a bin, categories into one value and the rest;
        the split is the one that removes most of the variance of the objective.

        Parameters
        ----------
        features, objective, within, seed
            As in :meth:`find_slices`.
        max_depth : int, default=3
            The most conditions on the way to a leaf.
        min_leaf : int or float, default=0.01
            The fewest rows of a leaf, or their share of the rows that are searched.

        Returns
        -------
        ErrorTree
            ``frame`` (every node is a slice), ``fidelity`` and ``note``.

        Raises
        ------
        InputError, InputTypeError, TaskError, ColumnNotFoundError, SelectionError
            For parameters that have no meaning here.

        References
        ----------
        Breiman, L. et al. (1984). Classification and Regression Trees. Athey, S. and Imbens,
        G. (2016). Recursive partitioning for heterogeneous causal effects. PNAS 113: honest
        leaves.
        """
        from errwidgets.slices.tree import error_tree  # noqa: PLC0415

        return error_tree(self, features, max_depth=max_depth, min_leaf=min_leaf,
                          objective=objective, within=within, seed=seed)  # fmt: skip

    def feature_errors(
        self,
        features: Any = None,
        *,
        objective: Any = "error",
        within: Any = None,
        n_permutations: int = 200,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Return the mistakes in every group of every feature, the telling features first.

        Parameters
        ----------
        features, objective, within
            As in :meth:`find_slices`.
        n_permutations : int, default=200
            How often rows are shuffled for the p-values.
        seed : int, default=0
            Of the shuffles.

        Returns
        -------
        DataFrame
            One row per group: ``feature``, ``condition`` (words), ``conditions`` (a
            predicate), ``query``, ``support`` (rows), ``error_rate`` (the mean objective),
            ``ci_low``, ``ci_high``; and of its feature ``rank``, ``explained`` (the share of
            the entropy of the mistakes that it tells; of numbers or with weights, of their
            variance; corrected for the number of groups), ``p_value`` (by permutation) and
            ``q_value``. ``attrs["note"]`` says what was done.

        Raises
        ------
        InputError, InputTypeError, TaskError, ColumnNotFoundError, SelectionError
            For parameters that have no meaning here.
        """
        from errwidgets.slices.ranking import feature_errors  # noqa: PLC0415

        return feature_errors(self, features, objective=objective, within=within,
                              n_permutations=n_permutations, seed=seed)  # fmt: skip

    def feature_pair(
        self, a: Hashable, b: Hashable, *, objective: Any = "error", within: Any = None
    ) -> pd.DataFrame:
        """Return the mistakes where the groups of two features meet.

        Parameters
        ----------
        a, b : column label
            Two features, as in :meth:`conditions`.
        objective, within
            As in :meth:`find_slices`.

        Returns
        -------
        DataFrame
            One row per pair that occurs: ``first``, ``second`` (words), ``conditions``,
            ``query``, ``support``, ``error_rate`` (the mean objective), ``ci_low``,
            ``ci_high``.

        Raises
        ------
        InputError, InputTypeError, TaskError, ColumnNotFoundError, SelectionError
            For parameters that have no meaning here.
        """
        from errwidgets.slices.ranking import feature_pair  # noqa: PLC0415

        return feature_pair(self, a, b, objective=objective, within=within)

    def cover(self, slices: Any, n: int = 5, *, objective: Any = None) -> pd.DataFrame:
        """Return the few slices that hold most of the mistakes together.

        Parameters
        ----------
        slices : DataFrame of :meth:`find_slices`, or list of selections
            What to choose from.
        n : int, default=5
            The most slices.
        objective : object, optional
            As in :meth:`find_slices`; by default what the frame was made for.

        Returns
        -------
        DataFrame
            ``slice``, ``errors_added`` (not in the ones before), and cumulative
            ``error_share`` and ``support_share``; ``attrs["note"]`` says it in words.

        Raises
        ------
        InputError, InputTypeError, ColumnNotFoundError, SelectionError
            When `slices` holds none, or no rows can be selected so.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> X = pd.DataFrame({"side": ["left", "right", "left", "right"]})
        >>> evaluation = ew.Evaluation.from_predictions([0, 0, 1, 1], [0, 1, 1, 0], X=X)
        >>> evaluation.cover(["side == 'left'", "side == 'right'"]).attrs["note"]
        'This slice holds 100 % of all mistakes in 50 % of the rows.'
        """
        from errwidgets.slices.overlap import cover_frame  # noqa: PLC0415

        return cover_frame(self, slices, n, objective)

    def intersections(self, slices: Any, *, objective: Any = None) -> pd.DataFrame:
        """Return how many rows are in which of some slices at once, with their mistakes.

        Parameters
        ----------
        slices : DataFrame or list
            At most ten: a frame of :meth:`find_slices`, or selections.
        objective : object, optional
            What is looked for, as in :meth:`find_slices`; by default what the frame was
            found for, else the mistakes.

        Returns
        -------
        DataFrame
            One row per combination that occurs, the largest first and the rows in none of
            them last: ``slices`` (a tuple of words), ``n_slices``, ``conditions`` (a
            predicate of exactly these rows), ``support`` (rows), ``error_rate``,
            ``ci_low``, ``ci_high`` (95 %).

        Raises
        ------
        InputError, InputTypeError, ColumnNotFoundError, SelectionError
            For what are no slices, or too many.

        References
        ----------
        Lex, A. et al. (2014). UpSet: visualization of intersecting sets. IEEE TVCG 20,
        1983-1992.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> X = pd.DataFrame({"a": [1, 1, 0, 0], "b": [1, 0, 1, 0]})
        >>> evaluation = ew.Evaluation.from_predictions([0] * 4, [1, 0, 0, 0], X=X)
        >>> evaluation.intersections(["a == 1", "b == 1"])[["slices", "support", "error_rate"]]
                       slices  support  error_rate
        0           (a == 1,)        1         0.0
        1           (b == 1,)        1         0.0
        2  (a == 1, b == 1)        1         1.0
        3                  ()        1         0.0
        """
        from errwidgets.slices.overlap import intersections_frame  # noqa: PLC0415

        return intersections_frame(self, slices, objective)

    def overlap(self, slices: Any) -> pd.DataFrame:
        """Return how alike slices are: the share of common rows among the rows of each pair.

        Parameters
        ----------
        slices : DataFrame of :meth:`find_slices`, or list of selections
            What to compare.

        Returns
        -------
        DataFrame of shape (n_slices, n_slices)
            Jaccard indexes in [0, 1]; index and columns are the slices in words.

        Raises
        ------
        InputTypeError, ColumnNotFoundError, SelectionError
            When `slices` holds none, or no rows can be selected so.
        """
        from errwidgets.slices.overlap import overlap_frame  # noqa: PLC0415

        return overlap_frame(self, slices)
