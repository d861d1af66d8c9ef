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
from errwidgets.columns.features import bin_column, code_column, kind_of, range_text
from errwidgets.columns.labels import as_it_came, code_jointly, intern_text
from errwidgets.columns.ordered import Ordered
from errwidgets.columns.spelling import column_reference, literal, number
from errwidgets.columns.wire import wire_column

__all__ = [
    "CodedColumn",
    "Ordered",
    "as_it_came",
    "bin_column",
    "clean",
    "code_column",
    "code_jointly",
    "column_reference",
    "display",
    "display_apart",
    "intern_text",
    "is_hashable",
    "kind_of",
    "literal",
    "native",
    "number",
    "range_text",
    "smallest_dtype",
    "sort_labels",
    "wire_column",
]
