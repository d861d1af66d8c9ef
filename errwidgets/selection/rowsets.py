"""Sets of rows in few bytes: a bit per row, or the gaps between rows when those are fewer."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from errwidgets.exceptions import SelectionError

__all__ = ["Form", "pack", "unpack"]

Form: TypeAlias = Literal["bits", "deltas"]

_LOW_BITS = 0x7F

_MORE = 0x80

_MOST_BYTES = 5


def pack(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Form, bytes]:
    r"""Return the shorter form of a mask.

    Examples
    --------
    >>> import numpy as np
    >>> pack(np.array([True, False, True]))
    ('bits', b'\x05')
    >>> pack(np.arange(1000) == 300)
    ('deltas', b'\xac\x02')
    """
    positions = np.flatnonzero(mask)
    size = -(-len(mask) // 8)
    if len(positions) < size:
        deltas = _encode(np.diff(positions, prepend=-1) - 1)
        if len(deltas) < size:
            return "deltas", deltas
    return "bits", np.packbits(mask, bitorder="little").tobytes()


def unpack(form: str, data: bytes, n_samples: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return the mask that was packed.

    Raises
    ------
    SelectionError
        When the bytes are no set of `n_samples` rows.
    """
    if n_samples < 0:
        raise SelectionError(f"There are no {n_samples:,} rows.")
    if form == "bits":
        bits = np.frombuffer(data, dtype=np.uint8)
        if len(bits) == -(-n_samples // 8):
            every = np.unpackbits(bits, bitorder="little")
            if not every[n_samples:].any():
                return every[:n_samples].view(bool)
    elif len(data) <= n_samples * _MOST_BYTES:
        gaps = _decode(data)
        if gaps is not None:
            positions = np.cumsum(gaps + 1) - 1
            if not len(positions) or positions[-1] < n_samples:
                mask = np.zeros(n_samples, dtype=bool)
                mask[positions] = True
                return mask
    raise SelectionError(f"The bytes are no set of {n_samples:,} rows.")


def _encode(numbers: np.ndarray[Any, Any]) -> bytes:
    """Return LEB128: seven bits a byte, the lowest first, the top bit where more follow."""
    length = np.ones(len(numbers), dtype=np.intp)
    for k in range(1, _MOST_BYTES):
        length += numbers >= 1 << 7 * k
    ends = np.cumsum(length)
    starts = ends - length
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for k in range(_MOST_BYTES):
        has = length > k
        more = np.where(length[has] > k + 1, _MORE, 0)
        out[starts[has] + k] = (numbers[has] >> 7 * k) & _LOW_BITS | more
    return out.tobytes()


def _decode(data: bytes) -> np.ndarray[Any, Any] | None:
    raw = np.frombuffer(data, dtype=np.uint8)
    if not len(raw):
        return np.zeros(0, dtype=np.int64)
    ends = np.flatnonzero(raw < _MORE)
    if not len(ends) or ends[-1] != len(raw) - 1:
        return None
    starts = np.append(0, ends[:-1] + 1)
    length = ends - starts + 1
    if length.max() > _MOST_BYTES:
        return None
    place = np.arange(len(raw)) - np.repeat(starts, length)
    sums: np.ndarray[Any, Any] = np.add.reduceat(
        (raw & _LOW_BITS).astype(np.int64) << 7 * place, starts
    )
    return sums
