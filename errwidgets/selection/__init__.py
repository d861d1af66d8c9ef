"""What is selected, as data: predicates, clauses and the readings of both.

A selection is a list of clauses joined by AND; a clause says which view made it
and holds one predicate. A predicate has four readings that agree: a mask over
the rows, a pandas query, words, and the form that the browser evaluates.
Predicates hold *values*, so they can be carried from one evaluation to another;
the browser's form holds *codes*, so nothing depends on how JSON spells a label.
"""

from errwidgets.columns import column_reference, literal
from errwidgets.selection.masks import mask
from errwidgets.selection.parsing import parse_query, quoted_names
from errwidgets.selection.predicates import (
    All,
    AnyOf,
    Clause,
    Contains,
    In,
    IsNull,
    Not,
    Predicate,
    Range,
    Rows,
    Selection,
)
from errwidgets.selection.queries import query_string
from errwidgets.selection.wire import from_wire, to_wire
from errwidgets.selection.wording import join_words, words

__all__ = [
    "All",
    "AnyOf",
    "Clause",
    "Contains",
    "In",
    "IsNull",
    "Not",
    "Predicate",
    "Range",
    "Rows",
    "Selection",
    "column_reference",
    "from_wire",
    "join_words",
    "literal",
    "mask",
    "parse_query",
    "query_string",
    "quoted_names",
    "to_wire",
    "words",
]
