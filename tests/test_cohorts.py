"""Cohorts: selections with names, saved and read as JSON."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from errwidgets import Evaluation
from errwidgets.exceptions import (
    InputError,
    InputTypeError,
    SelectionError,
    SelectionTypeError,
)  # fmt: skip
from errwidgets.selection import (
    All,
    AnyOf,
    Clause,
    Contains,
    In,
    IsNull,
    Not,
    Range,
    Rows,
    Selection,
)  # fmt: skip

if TYPE_CHECKING:
    import pathlib


class Animal(enum.Enum):
    CAT = 1
    DOG = 2


def make(labels: Any = ("cat", "dog", "dog"), name: str | None = "test", n: int = 24) -> Evaluation:
    X = pd.DataFrame(  # noqa: N806  scikit-learn's name
        {
            "age": np.arange(n) * 3,
            "town": (["Graz", "Ulm", None] * n)[:n],
            "made": pd.date_range("2020-01-01", periods=n, tz="Europe/Berlin"),
        }
    )
    truth = (list(labels) * n)[:n]
    return Evaluation.from_predictions(truth, truth[::-1], X=X, name=name)


def test_cohorts_keep_their_order_and_are_read_only() -> None:
    notes = make().notes
    notes.add_cohort("old", "age > 30")
    notes.add_cohort("cats", In("y_true", ("cat",)))
    assert list(notes.cohorts) == ["old", "cats"]
    assert notes.cohorts["old"] == Selection((Clause("python", Range("age", low=30)),))
    with pytest.raises(TypeError):
        notes.cohorts["x"] = Selection()  # type: ignore[index]
    notes.add_cohort("old", "age > 30")  # the same again is no other
    with pytest.raises(InputError, match=re.escape("another cohort 'old' already. Choose another")):
        notes.add_cohort("old", "age > 31")
    notes.add_cohort("old", "age > 31", replace=True)
    assert list(notes.cohorts) == ["old", "cats"]
    notes.remove_cohort("old")
    assert list(notes.cohorts) == ["cats"]


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        (3, "age > 3", InputTypeError, "The name of a cohort must be a text; got int 3."),
        (" ", "age > 3", InputError, "The name of a cohort must not be empty"),
        ("x", None, SelectionError, "Nothing is selected, so there is no cohort 'x' to keep."),
        ("x", 5, SelectionTypeError, "No selection can be made from int 5."),
        ("x", "agee > 3", SelectionError, "names 'agee', which is no column."),
        ("x", In("town", ("Wien",)), SelectionError, "The cohort 'x' has no meaning here: 'Wien'"),
    ],
)
def test_what_is_no_cohort_is_refused(name: Any, value: Any, error: type, message: str) -> None:
    notes = make().notes
    with pytest.raises(error, match=re.escape(message)):
        notes.add_cohort(name, value)
    assert not notes.cohorts


def test_an_unknown_cohort_is_not_removed() -> None:
    notes = make().notes
    notes.add_cohort("old", "age > 30")
    with pytest.raises(InputError, match=re.escape("no cohort 'odl'. Did you mean 'old'?")):
        notes.remove_cohort("odl")


SAVED = {
    "a query": "age + 1 > 30",
    "a mask": [i % 3 == 0 for i in range(24)],
    "a slice": All((Range("age", 10, 40), Not(In("town", ("Graz", None))), IsNull("town"))),
    "a choice": AnyOf((Contains("town", "ra", case=False), Range("age", -math.inf, 5, "both"))),
    "a time": Range("made", low=pd.Timestamp("2020-01-05 12:00", tz="Europe/Berlin")),
    "bins": In("age", ((6.0, 12.0),)),
}


def test_what_is_saved_is_read_again_the_same(tmp_path: pathlib.Path) -> None:
    evaluation, other = make(), make(name="other")
    evaluation.notes.add_cohort("bin", In("age", evaluation.columns["age"].categories[:2]))
    for name, value in SAVED.items():
        if name != "bins":
            evaluation.notes.add_cohort(name, value)
    path = tmp_path / "cohorts.json"
    evaluation.notes.save(path)
    evaluation.notes.save(str(path))
    assert [file.name for file in tmp_path.iterdir()] == ["cohorts.json"]
    data = json.loads(path.read_text(encoding="utf-8"))
    assert (data["evaluation"], data["n_samples"], data["version"]) == ("test", 24, 1)
    other.notes.add_cohort("mine", "age > 3")
    other.notes.load(path)
    assert list(other.notes.cohorts) == ["mine", *evaluation.notes.cohorts]
    for name, selection in evaluation.notes.cohorts.items():
        assert other.notes.cohorts[name] == selection
        np.testing.assert_array_equal(other.mask(selection), evaluation.mask(selection))
    other.notes.load(path)  # the same again changes nothing


@pytest.mark.parametrize(
    "labels",
    [
        (Animal.CAT, Animal.DOG),
        (pd.Period("2020-01"), pd.Period("2020-02")),
        (1, "1"),
        (b"cat", b"dog"),
        (dt.date(2020, 1, 1), dt.date(2020, 1, 2)),
        (decimal.Decimal("1.5"), decimal.Decimal("2.5")),
    ],
    ids=lambda labels: type(labels[0]).__name__,
)
def test_odd_labels_are_saved_by_what_views_show(labels: tuple, tmp_path: pathlib.Path) -> None:
    task = {"task": "multiclass"} if isinstance(labels[0], decimal.Decimal) else {}
    evaluation = Evaluation.from_predictions(list(labels) * 3, [labels[0]] * 6, **task)
    evaluation.notes.add_cohort("first", In("y_true", (labels[0],)))
    evaluation.notes.save(tmp_path / "c.json")
    other = Evaluation.from_predictions(list(labels) * 3, [labels[0]] * 6, **task)
    other.notes.load(tmp_path / "c.json")
    assert other.notes.cohorts == evaluation.notes.cohorts
    assert other.mask(other.notes.cohorts["first"]).tolist() == [True, False] * 3


def file_with(tmp_path: pathlib.Path, **cohorts: Any) -> pathlib.Path:
    evaluation = make()
    for name, value in cohorts.items():
        evaluation.notes.add_cohort(name, value)
    evaluation.notes.save(tmp_path / "cohorts.json")
    return tmp_path / "cohorts.json"


@pytest.mark.parametrize(
    ("cohort", "other", "message"),
    [
        ([True] * 24, make(n=12), "The cohort 'bad' has no meaning here: The rows were chosen amo"),
        (Range("age", 1, 2), Evaluation.from_predictions([1], [1]), "names the column 'age'"),
        (In("y_true", ("dog",)), make(labels=["cat", "eel"]), "'dog' is not a value of 'y_true'"),
    ],
)
def test_cohorts_without_meaning_here_are_not_loaded(
    cohort: Any, other: Evaluation, message: str, tmp_path: pathlib.Path
) -> None:
    path = file_with(tmp_path, good=IsNull("y_true"), bad=cohort)
    before = dict(other.notes.cohorts)
    with pytest.raises(SelectionError, match=re.escape(message)):
        other.notes.load(path)
    assert other.notes.cohorts == before


def test_a_cohort_by_condition_fits_other_numbers_of_rows(tmp_path: pathlib.Path) -> None:
    path = file_with(tmp_path, old="age > 20")
    smaller = make(n=12)
    smaller.notes.load(path)
    assert smaller.mask(smaller.notes.cohorts["old"]).sum() == 5


def test_another_cohort_of_the_same_name_is_not_overwritten(tmp_path: pathlib.Path) -> None:
    path = file_with(tmp_path, new="age > 5", old="age > 20")
    evaluation = make()
    evaluation.notes.add_cohort("old", "age > 30")
    with pytest.raises(InputError, match="another cohort 'old' already"):
        evaluation.notes.load(path)
    assert list(evaluation.notes.cohorts) == ["old"]
    evaluation.notes.load(path, replace=True)
    assert evaluation.notes.cohorts["old"].predicate() == Range("age", low=20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is not JSON"),
        ("[]", "holds no cohorts that errwidgets wrote"),
        ('{"format": "errwidgets cohorts", "version": 2}', "by a later errwidgets (format 2)"),
        ('{"format": "x", "version": 1, "cohorts": []}', "holds no cohorts"),
        ('{"format": "errwidgets cohorts", "version": 1, "cohorts": [3]}', "that is no cohort: 3"),
        (
            '{"format":"errwidgets cohorts","version":1,"cohorts":[{"name":"x","selection":3}]}',
            "The cohort 'x' cannot be read: No selection can be read from 3.",
        ),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, message: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "cohorts.json"
    path.write_text(text)
    with pytest.raises((InputError, SelectionError), match=re.escape(message)):
        make().notes.load(path)


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: pathlib.Path) -> None:
    path = file_with(tmp_path, old="age > 20")
    before = path.read_text(encoding="utf-8")
    labels = [Animal.CAT, Animal.DOG] * 3
    odd = Evaluation.from_predictions(labels, labels, display_labels=["same", "same"])
    odd.notes.add_cohort("x", In("y_true", (Animal.CAT,)))
    with pytest.raises(SelectionError, match="cannot be saved"):
        odd.notes.save(path)
    assert path.read_text(encoding="utf-8") == before
    with pytest.raises(OSError, match="nowhere"):
        make().notes.save(tmp_path / "nowhere" / "cohorts.json")


# ---------------------------------------------------------------- values in JSON

BERLIN = "Europe/Berlin"
VALUES = [
    "text", "", "it's 🦊", 0, -1, 2**70, 0.1, 1e300, math.inf, -math.inf, True, None,
    (1, ("a", None)),
    pd.Timestamp("2020-01-01 10:00:00.123456789"),
    pd.Timestamp("2020-06-01 10:00", tz=BERLIN),
    pd.Timestamp("2020-06-01 10:00", tz=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    pd.Timestamp("1000-01-01").as_unit("s"),
    pd.Timedelta("1D 00:00:00.000000001"),
    np.datetime64("2020-01-01T10", "h"),
    np.timedelta64(5, "ms"),
    dt.datetime(2020, 1, 1, 10, 30),  # noqa: DTZ001  without a zone on purpose
    dt.datetime(2020, 1, 1, 10, 30, tzinfo=dt.UTC),
    dt.date(2020, 1, 1),
    dt.timedelta(days=-1, microseconds=1),
    decimal.Decimal("1.10"),
    np.int8(3), np.float32(0.1), np.bool_(False), np.str_("x"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_survive_json(value: Any) -> None:
    selection = Selection((Clause("a-1", In("x", (value,))), Clause("b", Range("y", value))))
    text = selection.to_json()
    again = Selection.from_json(text)
    assert again == selection
    assert again.to_json() == text


@pytest.mark.parametrize("value", [Animal.CAT, b"x", 1j, frozenset(), object()], ids=repr)
def test_a_value_without_a_spelling_is_named(value: Any) -> None:
    with pytest.raises(SelectionError, match=re.escape(repr(value)[:20])):
        Selection((Clause("a", In("x", ("fine", value))),)).to_json()


@pytest.mark.parametrize(
    "data",
    [
        "", "[]", "{}", '{"version": 2, "clauses": []}', '{"version": 1, "clauses": [3]}',
        *(
            json.dumps({"version": 1, "clauses": [{"source": "a", "predicate": predicate}]})
            for predicate in (
                None, {"op": "x"}, {"op": "in", "column": "x", "values": 3},
                {"op": "in", "column": "x", "values": [[1]]},
                {"op": "in", "column": "x", "values": [{"timestamp": ["x"]}]},
                {"op": "in", "column": "x", "values": [{"timestamp": [1, "parsec", None]}]},
                {"op": "in", "column": "x", "values": [{"timestamp": [1, "ns", "Nowhere"]}]},
                {"op": "in", "column": "x", "values": [{"date": "yesterday"}]},
                {"op": "in", "column": "x", "values": [{"decimal": "x"}]},
                {"op": "in", "column": "x", "values": [{"label": "x"}]},
                {"op": "range", "column": "x", "low": 1, "high": 2, "closed": "open"},
                {"op": "rows", "n_samples": 3, "words": "x", "query": None},
                {"op": "rows", "n_samples": 3, "words": "x", "query": None, "bits": "//8="},
                {"op": "rows", "n_samples": -3, "words": "x", "query": None, "bits": ""},
                {"op": "rows", "n_samples": 3, "words": "x", "query": None, "deltas": "Bw=="},
                {"op": "rows", "n_samples": 3, "words": "x", "query": None, "deltas": "gA=="},
                {"op": "not", "of": 3}, {"op": "all", "of": 3},
            )
        ),
    ],
)  # fmt: skip
def test_json_that_is_no_selection_is_refused(data: str) -> None:
    with pytest.raises(SelectionError):
        Selection.from_json(data)


def test_rows_compare_by_content() -> None:
    rows = Rows.of([1, 5], 1000)
    assert rows == Rows.of(np.isin(np.arange(1000), [1, 5]), 1000)
    assert hash(rows) == hash(Rows.of([5, 1, 1], 1000))
    assert rows != Rows.of([1, 6], 1000)
    for every in ([], [0], [999], [0, 999], range(0, 1000, 3), range(1000)):
        found = Rows.of(list(every), 1000)
        assert np.flatnonzero(found.mask()).tolist() == list(every)
    large = Rows.of([0, 200, 20_000, 3_000_000], 4_000_000)
    assert large.form == "deltas"
    assert np.flatnonzero(large.mask()).tolist() == [0, 200, 20_000, 3_000_000]


# ---------------------------------------------------------------- as columns


def test_a_cohort_is_a_column_of_truths() -> None:
    evaluation = make()
    evaluation.notes.add_cohort("old", "age > 30")
    column = evaluation.columns["cohort.old"]
    expected = evaluation.mask("age > 30")
    assert column.codes.tolist() == expected.astype(int).tolist()
    assert column.categories == (False, True)
    grouped = evaluation.group_by("cohort.old")
    assert grouped["support"].tolist() == [int((~expected).sum()), int(expected.sum())]
    chosen = In("cohort.old", (True,))
    assert evaluation.mask(chosen).tolist() == expected.tolist()
    assert "cohort.old" not in evaluation.frame
    assert "cohort.old" not in list(evaluation.columns)
    found = evaluation.conditions("cohort.old")
    assert found["condition"].tolist() == ["cohort.old = False", "cohort.old = True"]
    assert found["query"].tolist() == [None, None]


def test_a_cohort_that_changes_holds_its_new_rows_and_one_that_goes_stays_selected() -> None:
    evaluation = make()
    notes = evaluation.notes
    notes.add_cohort("old", "age > 30")
    chosen = In("cohort.old", (True,))
    before = evaluation.mask(chosen)
    notes.add_cohort("old", "age > 60", replace=True)
    assert evaluation.mask(chosen).tolist() == evaluation.mask("age > 60").tolist()
    assert evaluation.mask(chosen).sum() < before.sum()
    notes.remove_cohort("old")
    assert evaluation.mask(chosen).tolist() == evaluation.mask("age > 60").tolist()
    notes.add_cohort("old", "age > 30")
    assert evaluation.mask(chosen).tolist() == before.tolist()


def test_a_cohort_may_speak_of_another(tmp_path: pathlib.Path) -> None:
    evaluation = make()
    evaluation.notes.add_cohort("old", "age > 30")
    evaluation.notes.add_cohort("not old", Not(In("cohort.old", (True,))))
    evaluation.notes.add_cohort("both", In("cohort.old", (True, False)))
    young = evaluation.mask("age <= 30")
    assert evaluation.columns["cohort.not old"].codes.tolist() == young.astype(int).tolist()
    assert evaluation.columns["cohort.both"].codes.all()
    evaluation.notes.add_cohort("old", "age > 60", replace=True)
    assert evaluation.columns["cohort.not old"].codes.tolist() == young.astype(int).tolist()
    evaluation.notes.remove_cohort("old")
    evaluation.notes.save(tmp_path / "cohorts.json")
    again = make()
    again.notes.load(tmp_path / "cohorts.json")
    assert again.columns["cohort.not old"].codes.tolist() == young.astype(int).tolist()


def test_the_name_of_a_cohort_is_not_that_of_a_column() -> None:
    table = pd.DataFrame({"cohort.a": [1, 2], "cohort": ["x y", "z"]})
    evaluation = Evaluation.from_predictions([0, 1], [0, 1], X=table)
    with pytest.raises(InputError, match=r"there is a column 'cohort.a' already"):
        evaluation.notes.add_cohort("a", [0])
    evaluation.notes.add_cohort("b", [0])
    assert evaluation.columns["cohort.b"].codes.tolist() == [1, 0]


def test_who_watches_hears_of_changes_until_it_is_gone() -> None:
    class Watcher:
        heard = 0

        def changed(self) -> None:
            self.heard += 1

    notes = make().notes
    watcher = Watcher()
    notes.watch(watcher.changed)
    notes.add_cohort("old", "age > 30")
    notes.remove_cohort("old")
    assert watcher.heard == 2
    del watcher
    notes.add_cohort("old", "age > 30")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("`cohort.old one`", "age > 30"),
        ("not `cohort.old one` and age > 12", "12 < age <= 30"),
        ("`cohort.old one` == False", "age <= 30"),
        ("`cohort.old one` and `town` == 'Graz'", "age > 30 and town == 'Graz'"),
        ("`made.weekday` == 'Monday' and age > 3", None),
    ],
)
def test_a_query_may_name_a_cohort_or_a_derived_feature(query: str, rows: str | None) -> None:
    evaluation = make()
    evaluation.notes.add_cohort("old one", "age > 30")
    chosen = evaluation.selection(query)
    if rows is None:
        monday = (evaluation.frame["made"].dt.day_name() == "Monday") & (evaluation.frame.age > 3)
        assert evaluation.mask(chosen).tolist() == monday.tolist()
    else:
        assert evaluation.select(query).equals(evaluation.select(rows))
    # Conditions, not a set of rows: they can be shown and carried on.
    assert not isinstance(chosen.predicate(), Rows)
