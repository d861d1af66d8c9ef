"""What an explanation panel is asked, and what it answers: rows, contrasts, other values."""

from __future__ import annotations

import importlib.util
import threading
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets import selection as sel
from errwidgets.exceptions import EmptyInputError, ErrwidgetsError, InputError
from errwidgets.explain.agreement import agreement
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.contrast import contrasted, values_contrasted
from errwidgets.explain.explaining import explain
from errwidgets.explain.extras import what_to_install
from errwidgets.explain.given import has_images
from errwidgets.explain.model import model_of
from errwidgets.sharing.explanations import contrast_to_wire, parts_to_wire, pixels_of, row_to_wire
from errwidgets.sources.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.model import Model
    from errwidgets.explain.parts import ImageAttributions, TextAttributions
    from errwidgets.widgets.group import Group

    Progress = Callable[[float], object]
    Mask = NDArray[np.bool_]

__all__ = ["Asked", "Compared", "Explaining", "read_output"]

METHODS: Final = ("shap", "lime", "both")

AGAINST: Final = ("rest", "correct")

COHORT: Final = "cohort."

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


@dataclass(frozen=True)
class Asked:
    """What is explained.

    Attributes
    ----------
    method : {"shap", "lime", "both"}
        Of the row; many rows are explained by SHAP.
    target : str
        "prediction", "true_class", "predicted_class", or the code of a class.
    loss : bool
        The loss in place of an output.
    against : str
        "rest", "correct", or "cohort." and a name.
    """

    method: str = "shap"
    target: str = "prediction"
    loss: bool = False
    against: str = "rest"


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


def read_output(evaluation: Evaluation, output: Any) -> tuple[str, bool]:
    """Return the target that `output` of :meth:`Evaluation.explain` names, and whether a loss.

    Raises
    ------
    InputError, UnknownLabelError
        When it has no meaning here.
    """
    match output:
        case "loss":
            return "prediction", True
        case "prediction" | "true_class" | "predicted_class":
            return output, False
        case ("class", label) if evaluation.is_classification:
            code = evaluation.columns["y_true"].code_of(label)
            if code is not None:
                return str(code), False
    raise InputError(
        f"output={output!r} is unknown. Allowed are 'prediction', 'true_class', "
        f"'predicted_class', 'loss' and ('class', label) with one of the classes."
    )


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
        self.model: Model | None = None if values is not None else model_of(evaluation)
        self._pace: dict[str, float] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------ what can be asked

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

    def described(self, asked: Asked) -> dict[str, Any]:
        """Return what can be asked, and is."""
        evaluation = self.evaluation
        targets: list[tuple[str, str]] = []
        if evaluation.is_classification and self.model is not None:
            if evaluation.task != "binary":
                targets = [("prediction", "the predicted class")]
            elif evaluation.pos_label is not None:
                targets = [("predicted_class", "the predicted class")]
            labels = enumerate(evaluation.display_labels)
            targets += [("true_class", "the true class"), *((str(i), name) for i, name in labels)]
        has_lime = self.model is not None and self.kind != "image"
        return {
            "asked": asdict(self.usual(asked)),
            "kind": self.kind,
            "targets": [list(one) for one in targets],
            "methods": list(METHODS if has_lime else METHODS[:1]),
            "has_loss": self.model is not None,
            "against": self.against(),
            "model": None if self.model is None else self.model.name,
            "missing": self.missing,
            "task": evaluation.task,
            "saves_rows": evaluation.persist == "rows",
        }  # fmt: skip

    def usual(self, asked: Asked) -> Asked:
        """Return what is asked with a class by its code, where it has one."""
        evaluation = self.evaluation
        if evaluation.task == "binary" and asked.target == "prediction":
            code = evaluation.columns["y_true"].code_of(evaluation.pos_label)
            return replace(asked, target=str(code))
        if evaluation.task == "multiclass" and asked.target == "predicted_class":
            return replace(asked, target="prediction")
        return asked

    def against(self) -> list[list[str]]:
        """Return what a selection can be held against."""
        cohorts = [[f"{COHORT}{name}", name] for name in self.evaluation.notes.cohorts]
        correct = [["correct", "correct rows"]] if self.evaluation.has_errors else []
        return [["rest", "the rest"], *correct, *cohorts]

    def read(self, sent: Any) -> Asked | None:
        """Return what a page asks for; ``None`` when it is nothing that can be asked."""
        match sent:
            case {
                "method": str(method), "target": str(target), "loss": bool(loss),
                "against": str(against),
            }:  # fmt: skip
                pass
            case _:
                return None
        described = self.described(Asked())
        known = (
            method in described["methods"]
            and (target in {one for one, _ in described["targets"]} or target == "prediction")
            and (not loss or described["has_loss"])
            and against in {one for one, _ in described["against"]}
        )
        return Asked(method, target, loss, against) if known else None

    def _output(self, asked: Asked) -> Any:
        if asked.loss:
            return "loss"
        if asked.target.isdigit():
            return ("class", self.evaluation.classes[int(asked.target)])
        return asked.target

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
            other = other & self.evaluation.mask(self.evaluation.notes.cohorts[said])
        elif base is not None:
            said = "correct rows"  # which are the rest of the mistakes
        group = self._group
        told = {
            "what": what,
            "n_selected": int(inside.sum()),
            "base": None if base is None else sel.to_wire(base, group.columns, group.held),
        }
        for n, name in ((inside.sum(), what), (other.sum(), said)):
            if n < _FEWEST_ROWS:
                raise EmptyInputError(
                    f"There {'is' if n == 1 else 'are'} {n} {name}; to compare, {_FEWEST_ROWS} "
                    f"are needed on either side."
                )
        return inside, other, {**told, "against": said}

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
            self.evaluation, inside, other, said, output=self._output(asked),
            max_rows=rows, progress=progress, **self._options,
        )  # fmt: skip

    def _affordable(
        self, asked: Asked, inside: Mask, other: Mask, progress: Progress | None
    ) -> int:
        """Return how many rows of a side are explained unasked; 0 when too few could be.

        More and more rows are explained while there is time: a larger sample holds the smaller
        ones, so that nothing is done twice.
        """
        if self.model is None:
            return self.max_rows
        if self.is_slow:
            return 0
        options: dict[str, Any] = {
            "method": "shap", "output": self._output(asked), "space": None, **self._options,
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
            self.evaluation, rows, method=method, output=self._output(asked), space=None,
            max_rows=1, progress=progress, **self._options,
        )  # fmt: skip
