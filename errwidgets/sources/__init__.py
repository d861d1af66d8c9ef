"""Sources answer the queries of views; every source gives the same answers."""

from errwidgets.sources.memory import MemorySource
from errwidgets.sources.query import Aggregate, Answer, Page, PageAnswer, Points, PointsAnswer

__all__ = [
    "Aggregate",
    "Answer",
    "MemorySource",
    "Page",
    "PageAnswer",
    "Points",
    "PointsAnswer",
]
