"""What a slice can say of one feature: a condition per value, per bin and for what is missing."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from errwidgets.selection import In, IsNull, Range, query_string, words

if TYPE_CHECKING:
    import numpy as np

    from errwidgets.columns import CodedColumn
    from errwidgets.selection import Predicate

__all__ = ["Conditions"]


@dataclass(frozen=True, eq=False)
class Conditions:
    """The conditions on one feature: disjoint, one per code of a column.

    Parameters
    ----------
    column : CodedColumn
        The feature in the codes that are searched; its name is one that the
        selection grammar knows.
    """

    column: CodedColumn

    @property
    def name(self) -> str:
        """The feature, as the selection grammar knows it."""
        return self.column.name

    @property
    def codes(self) -> np.ndarray[Any, np.dtype[np.unsignedinteger[Any]]]:
        """The condition that each row meets, as ndarray of shape (n_samples,)."""
        return self.column.codes

    def __len__(self) -> int:
        return len(self.column.categories)

    def predicate(self, code: int) -> Predicate:
        """Return a condition in the selection grammar."""
        value = self.column.categories[code]
        if value is None:
            return IsNull(self.name)
        if not self.column.is_binned:
            return In(self.name, (value,))
        assert isinstance(value, tuple)  # noqa: S101  a bin is its two ends
        return Range(self.name, _limit(value[0]), _limit(value[1]), "right")

    @functools.cached_property
    def predicates(self) -> tuple[Predicate, ...]:
        """All conditions, by code."""
        return tuple(self.predicate(code) for code in range(len(self)))

    def words(self, code: int) -> str:
        """Return a condition in words, as in ``28 < age ≤ 37``."""
        return words(self.predicates[code], {self.name: self.column})

    def query(self, code: int) -> str | None:
        """Return the pandas query of a condition; ``None`` where pandas cannot say it."""
        return query_string(self.predicates[code], {self.name: self.column})


def _limit(end: Any) -> Any:
    return None if isinstance(end, float) and math.isinf(end) else end
