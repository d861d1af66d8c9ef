import re

import numpy as np
import pandas as pd
import pytest

import errwidgets as ew
from errwidgets.exceptions import SelectionError
from errwidgets.selection import In, IsNull, Range

TEXTS = [
    "I don't like this dress, it runs SMALL and the color faded after 2 washes!",
    "Great dress: true to size. Would it fit my sister as well?",
    None,
    "never again… nothing fits, 100 % polyester",
    "lovely lovely soft coat that I wear nearly every single day of winter",
    "",
]


@pytest.fixture
def evaluation():
    texts = TEXTS * 5
    return ew.Evaluation.from_predictions(
        np.arange(30) % 2, np.arange(30) % 3 % 2, X=pd.DataFrame({"review": texts, "n": range(30)}),
        kinds={"review": "text"}, features=["review"],
    )  # fmt: skip


def numbers(evaluation, name):
    return evaluation.columns[name].numbers[: len(TEXTS)]


def test_counts_of_texts(evaluation):
    expected = [np.nan if text is None else len(text) for text in TEXTS]
    np.testing.assert_array_equal(numbers(evaluation, "review.n_characters"), expected)
    words = [
        np.nan if t is None else len(re.findall(r"[A-Za-z]+(?:'[A-Za-z]+)?", t)) for t in TEXTS
    ]
    np.testing.assert_array_equal(numbers(evaluation, "review.n_words"), words)
    punctuation = [np.nan if t is None else len(re.findall(r"[^\w\s]", t)) for t in TEXTS]
    np.testing.assert_array_equal(numbers(evaluation, "review.n_punctuation"), punctuation)
    digits = [
        np.nan if t is None else round(sum(map(str.isdigit, t)) / max(len(t), 1), 3) for t in TEXTS
    ]
    np.testing.assert_allclose(numbers(evaluation, "review.share_digits"), digits)
    capitals = [
        np.nan if t is None else round(sum(map(str.isupper, t)) / max(len(t), 1), 3) for t in TEXTS
    ]
    np.testing.assert_allclose(numbers(evaluation, "review.share_capitals"), capitals)


def test_truths_of_texts(evaluation):
    def rows(name):
        return evaluation.mask(In(name, (True,)))[: len(TEXTS)].tolist()

    assert rows("review.has_negation") == [True, False, False, True, False, False]
    assert rows("review.has_question") == [False, True, False, False, False, False]
    assert rows("review.has_word(dress)") == [True, True, False, False, False, False]
    assert rows("review.has_word(winter)") == [False, False, False, False, True, False]
    assert evaluation.mask(IsNull("review.has_word(dress)"))[: len(TEXTS)].sum() == 1


def test_rare_words_are_those_of_hardly_any_row():
    texts = ["common words here"] * 2999 + ["common zyzzyva here"]
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(3000, int), np.zeros(3000, int), X=pd.DataFrame({"t": texts}), kinds={"t": "text"}
    )
    shares = evaluation.columns["t.share_rare_words"].numbers
    assert shares[-1] == pytest.approx(1 / 3, abs=1e-3)
    assert not shares[:-1].any()


def test_frequent_words_make_features(evaluation):
    names = evaluation.columns.derived("review")
    assert "review.has_word(dress)" in names
    assert "review.has_word(this)" not in names
    assert all(name in evaluation.columns for name in names)


def test_a_derived_feature_is_a_column_that_the_frame_does_not_hold(evaluation):
    assert "review.n_words" in evaluation.columns
    assert "review.n_words" not in list(evaluation.columns)
    assert "review.n_words" not in evaluation.frame
    selection = evaluation.selection(Range("review.n_words", 5, None))
    rows = evaluation.select(selection)
    assert len(rows) == (numbers(evaluation, "review.n_words") > 5).sum() * 5
    assert "support" in evaluation.group_by("review.has_question")
    for unknown in ("review.nothing", "review.", "n.n_words", "review"[::-1] + ".n_words"):
        assert unknown not in evaluation.columns
        with pytest.raises(SelectionError):
            evaluation.select(Range(unknown, 5, None))


def test_a_column_of_that_name_is_the_users():
    table = pd.DataFrame({"t": TEXTS, "t.n_words": range(6)})
    evaluation = ew.Evaluation.from_predictions(
        [0, 1] * 3, [0, 0] * 3, X=table, kinds={"t": "text"}
    )
    assert evaluation.columns["t.n_words"].numbers.tolist() == [0, 1, 2, 3, 4, 5]
    assert evaluation.columns["t.n_words"].frame_name == "t.n_words"


def test_parts_of_times_follow_the_columns_zone():
    times = pd.date_range("2024-03-30 22:30", periods=50, freq="7h", tz="America/New_York")
    table = pd.DataFrame({"at": times.to_series(index=range(50)).where(np.arange(50) != 3)})
    evaluation = ew.Evaluation.from_predictions([0, 1] * 25, [0, 0] * 25, X=table)
    at = table["at"]
    for part, expected in {
        "hour": at.dt.hour, "year": at.dt.year,
        "weekday": at.dt.day_name(), "month": at.dt.month_name(),
    }.items():  # fmt: skip
        for value in expected.dropna().unique():
            rows = evaluation.mask(In(f"at.{part}", (value,)))
            assert (rows == (expected == value).to_numpy()).all()
        assert evaluation.mask(IsNull(f"at.{part}")).tolist() == at.isna().tolist()
    days = evaluation.columns["at.weekday"].categories
    assert days[:2] == ("Monday", "Tuesday")


def test_images_are_measured():
    rng = np.random.default_rng(0)
    dark, light = np.zeros((8, 6), np.uint8), np.full((8, 6), 255, np.uint8)
    noisy = rng.integers(0, 256, (8, 6, 3)).astype(np.uint8)
    floats = rng.random((4, 4))
    images = [dark, light, noisy, floats, None, np.zeros((3, 5, 7))]
    table = pd.DataFrame({"image": pd.Series(images, dtype=object), "n": range(6)})
    evaluation = ew.Evaluation.from_predictions([0, 1] * 3, [0, 0] * 3, X=table)
    assert evaluation.columns["image"].kind == "image"

    def of(name):
        return evaluation.columns[f"image.{name}"].numbers

    assert of("brightness")[:2].tolist() == [0.0, 1.0]
    assert of("brightness")[2] == pytest.approx(noisy.mean() / 255)
    assert of("contrast")[3] == pytest.approx(floats.std())
    assert of("width").tolist()[:3] == [6, 6, 6]
    assert of("height").tolist()[:3] == [8, 8, 8]
    assert of("aspect")[0] == pytest.approx(0.75)
    laplacian = (
        floats[0:2, 1:3] + floats[2:4, 1:3] + floats[1:3, 0:2] + floats[1:3, 2:4]
        - 4 * floats[1:3, 1:3]
    )  # fmt: skip
    assert of("blur")[3] == pytest.approx(laplacian.var())
    assert np.isnan(of("blur")[4])
    assert len(evaluation.conditions("image"))


def test_hostile_words_are_texts():
    texts = [f"<img src=x onerror=alert({i})> drop table; -- ünïcode日本語 {i}" for i in range(80)]
    evaluation = ew.Evaluation.from_predictions(
        [0, 1] * 40, [0, 0] * 40, X=pd.DataFrame({"t": texts, "n": range(80)}), kinds={"t": "text"}
    )
    frame = evaluation.conditions("t")
    assert frame["feature"].str.startswith("t.").all()
    assert frame["query"].isna().all()
    assert evaluation.find_slices().attrs["note"]


def test_few_long_texts_are_categories():
    texts = ["Not in universe under 1 year old", "Yes, in this very house"] * 20
    evaluation = ew.Evaluation.from_predictions(
        [0, 1] * 20, [0, 0] * 20, X=pd.DataFrame({"moved": texts, "n": range(40)})
    )
    assert evaluation.columns["moved"].kind == "text"
    assert evaluation.conditions("moved")["condition"].tolist() == [
        "moved = Not in universe under 1 year old", "moved = Yes, in this very house",
    ]  # fmt: skip


def test_slices_say_that_a_word_is_there_and_not_that_it_is_missing():
    rng = np.random.default_rng(0)
    words = ["one", "two", "six", "ten", "red", "tin"]
    texts = [" ".join(rng.choice(words, 3)) for _ in range(900)]
    wrong = np.array([("two" in text) != (rng.random() < 0.1) for text in texts])
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(900, int), wrong * 1, X=pd.DataFrame({"t": texts}), kinds={"t": "text"}
    )
    found = evaluation.find_slices(k=30, deduplicate=False, alpha=0.99)
    assert found["slice"].str.contains("has_word").any()
    assert not found["slice"].str.contains("= False").any()
    asked = evaluation.find_slices(["t.has_word(two)"], objective=~wrong, verify=False)
    assert asked["slice"].tolist() == ["t.has_word(two) = False"]
