"""What a page asks of Python: whether it is there, columns in parts, and counts."""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.columns import wire_column
from errwidgets.exceptions import ErrwidgetsError, SelectionError, shown
from errwidgets.sources import MemorySource
from errwidgets.sources.query import query_from_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from errwidgets.sources import Answer, PageAnswer, PointsAnswer
    from errwidgets.widgets.group import Group

    Reply = tuple[dict[str, Any], list[bytes]]

__all__ = ["PART_BYTES", "Requests"]

logger = logging.getLogger("errwidgets")

PART_BYTES: Final = 4_000_000 - 4_096
"""Bytes of a column in one message: 4 MB with what is around them."""


class Requests:
    """Answers the messages of a page, one after the other, beside the user's cell.

    Parameters
    ----------
    group : Group
        Whose columns are asked for.
    send : callable
        Sends content and buffers to the page.
    """

    def __init__(self, group: Group, send: Callable[[dict[str, Any], list[bytes]], None]) -> None:
        self._group = group
        self._send = send
        self._worker: concurrent.futures.ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._wire: tuple[object, str, str, dict[str, Any]] | None = None

    def hear(self, content: Any) -> None:
        """Take a message; only a ping is answered at once."""
        if not isinstance(content, dict):
            return
        if content.get("kind") == "ping":
            self._send({"kind": "pong"}, [])
        elif type(content.get("id")) is int:
            with self._lock:
                if self._worker is None:
                    self._worker = concurrent.futures.ThreadPoolExecutor(1, "errwidgets")
            self._worker.submit(self._reply, content)

    def close(self) -> None:
        """Answer nothing that has not begun."""
        with self._lock:
            if self._worker is not None:
                self._worker.shutdown(wait=False, cancel_futures=True)

    def _reply(self, content: dict[str, Any]) -> None:
        try:
            answer, buffers = self.answer(content)
        except ErrwidgetsError as error:
            answer, buffers = {"error": str(error)}, []
        except Exception as error:
            logger.exception("A question of the page failed.")
            answer, buffers = {"error": f"{type(error).__name__}: {error}"}, []
        self._send({"kind": "reply", "id": content["id"], **answer}, buffers)

    def answer(self, content: dict[str, Any]) -> Reply:
        """Answer one question.

        Raises
        ------
        SelectionError
            When it is none.
        """
        match content:
            case {"kind": "column", "name": str(name), "part": "codes" | "values" as part,
                  "offset": int(offset)}:  # fmt: skip
                return self._column(name, part, offset)
            case {"kind": "query", "query": query}:
                return self._query(query)
        raise SelectionError(f"Not a question: {shown(content)}.")

    def _column(self, name: str, part: str, offset: int) -> Reply:
        base = self._group.columns.base
        known = self._wire
        if known is None or known[:3] != (base, name, part):
            if name not in base:
                raise SelectionError(f"There is no column {name!r}.")
            wire = wire_column(base[name], values=part == "values")
            self._wire = known = (base, name, part, wire)
        wire = known[3]
        values = wire["values"]
        whole = wire["codes"] if part == "codes" else values["data"] if values else b""
        described = {**wire, "codes": b"", "values": values and {**values, "data": b""}}
        chunk = whole[offset : offset + PART_BYTES]
        return {"size": len(whole), **({"column": described} if offset == 0 else {})}, [chunk]

    def _query(self, data: Any) -> Reply:
        group = self._group
        columns = group.columns
        evaluation = group.evaluation
        query = query_from_wire(data, columns, evaluation.n_samples)
        source = MemorySource(
            columns, evaluation.n_samples, evaluation.sample_weight, columns.is_error
        )
        return wire_answer(source.answer(query))


def wire_answer(answer: Answer | PageAnswer | PointsAnswer) -> Reply:
    """Return an answer as fields and arrays: see ``js/src/store/kernel-source.ts``."""
    fields: dict[str, Any] = {}
    arrays: list[list[str]] = []
    buffers: list[bytes] = []
    for name in answer.__dataclass_fields__:
        value = getattr(answer, name)
        if isinstance(value, np.ndarray):
            little = value.astype(value.dtype.newbyteorder("<"), copy=False)
            arrays.append([name, value.dtype.name])
            buffers.append(little.tobytes())
        else:
            fields[name] = list(value) if isinstance(value, tuple) else value
    return {"answer": {"fields": fields, "arrays": arrays}}, buffers
