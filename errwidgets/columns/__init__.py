"""Columns as small integers: labels coded jointly, features by value or in bins."""

from errwidgets.columns.coded import (
    CodedColumn,
    clean,
    display,
    display_apart,
    is_hashable,
    native,
    smallest_dtype,
    sort_labels,
)
from errwidgets.columns.features import code_column, kind_of
from errwidgets.columns.labels import as_it_came, code_jointly, intern_text

__all__ = [
    "CodedColumn",
    "as_it_came",
    "clean",
    "code_column",
    "code_jointly",
    "display",
    "display_apart",
    "intern_text",
    "is_hashable",
    "kind_of",
    "native",
    "smallest_dtype",
    "sort_labels",
]
