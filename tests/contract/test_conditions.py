"""What is said of a code is the same in both languages: see `js/tests/conditions.test.ts`."""

from __future__ import annotations

import json

from contract import make_condition_vectors as vectors

TEXT = vectors.FILE.read_text(encoding="utf-8")


def test_the_vectors_are_what_their_script_makes() -> None:
    assert vectors.make() == TEXT, "run tests/contract/make_condition_vectors.py and look at it"


def test_every_form_of_condition_is_there() -> None:
    for part in ('"op": "in"', '"is_null"', '"closed": "right"', '"closed": "both"', '"low": null'):
        assert part in json.dumps(json.loads(TEXT))
