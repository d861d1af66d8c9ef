"""How values and columns are spelled: in pandas queries, on the wire and in words."""

from __future__ import annotations

import datetime as dt
import enum
import keyword
import math
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["column_reference", "literal", "moment", "number", "quoted", "spoken"]

_NOT_IN_BACKTICKS = frozenset("`\\'\"#@")

# Written as they are in string literals. All others are escaped: pandas rewrites some characters
# before Python's parser sees the text, and a backslash before the closing quote confuses it.
_PLAIN = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !$%()*+,-./:;<=>?[]^_{}"
)

# Between these digits are written out, outside with an exponent.
_SMALL, _LARGE = 1e-6, 1e15

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

_DAY = 86_400

# The seconds of the years 1 to 9999, which every reader of dates knows.
_YEARS = (-62_135_596_800, 253_402_300_800)


def quoted(text: str) -> str:
    r"""Return a text as a string literal that pandas' query reads.

    Examples
    --------
    >>> quoted("it's"), quoted("a@b")
    ('"it\'s"', "'a\\x40b'")
    """
    quote = '"' if "'" in text and '"' not in text else "'"
    safe = _PLAIN | ({"'"} if quote == '"' else {'"'})
    return quote + "".join(c if c in safe else _escaped(ord(c)) for c in text) + quote


def _escaped(code: int) -> str:
    if code <= 0xFF:  # noqa: PLR2004  what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  four


def literal(value: Hashable) -> str | None:
    r"""Return how a pandas query spells a value, or ``None`` when it cannot.

    Examples
    --------
    >>> literal("it's"), literal(3), literal(2.0), literal(True)
    ('"it\'s"', '3', '2', 'True')
    >>> literal((1, 2)) is None
    True
    """
    if isinstance(value, enum.Enum | dt.date | dt.timedelta):
        return None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return quoted(str(value))
    if isinstance(value, int | float) and math.isfinite(value):
        return number(value)
    return None


def column_reference(frame_name: Hashable) -> str | None:
    """Return how a pandas query spells a column name, or ``None`` when it cannot.

    Examples
    --------
    >>> column_reference("age"), column_reference("a b"), column_reference(3)
    ('age', '`a b`', None)
    """
    if not isinstance(frame_name, str) or unicodedata.normalize("NFKC", frame_name) != frame_name:
        return None  # Python's parser would look for the normalised name
    if frame_name.isidentifier() and not keyword.iskeyword(frame_name):
        return frame_name
    if frame_name and all(map(_in_backticks, frame_name)):
        return f"`{frame_name}`"
    return None


def _in_backticks(character: str) -> bool:
    """Return whether every pandas from 2.2 on can read it in a quoted name."""
    if character.isascii():
        return character.isprintable() and character not in _NOT_IN_BACKTICKS
    return f"a{character}".isidentifier()


def number(value: float | np.floating[Any]) -> str:
    """Return the shortest digits that read as the number, the same in both languages.

    Examples
    --------
    >>> number(28.0), number(0.1), number(1e-7), number(1.5e20), number(2**53 + 1)
    ('28', '0.1', '1e-7', '1.5e+20', '9007199254740993')
    """
    if isinstance(value, int):
        return str(int(value))
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if _SMALL <= abs(float(value)) < _LARGE:
        return np.format_float_positional(value, unique=True, trim="-")
    return np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)


def spoken(text: str, unit: str) -> str:
    """Return the words for a limit as the wire spells it, with a real minus sign.

    Examples
    --------
    >>> spoken("12345.5", "float"), spoken("0", "time[s]"), spoken("90000", "duration[s]")
    ('12,345.5', '1970-01-01', '1 day 01:00:00')
    """
    if unit.startswith("time"):
        return moment(int(text), unit) or _grouped(text)
    return _lapse(int(text), unit) if unit.startswith("duration") else _grouped(text)


def _grouped(text: str) -> str:
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}" if whole.isdigit() else f"{sign}{digits}"


def moment(value: int, unit: str, *, query: bool = False) -> str | None:
    """Return a point in time in ISO's form; ``None`` outside of the years 1 to 9999.

    Parameters
    ----------
    value : int
        In `unit` since the epoch.
    unit : str
        As ``"time[ns]"`` or, for columns with a zone, ``"time[ns, UTC]"``.
    query : bool
        For a query: the zone as an offset.
    """
    per_second = _per_second(unit)
    seconds, fraction = divmod(value, per_second)
    if not _YEARS[0] <= seconds < _YEARS[1]:
        return None
    day, rest = divmod(seconds, _DAY)
    date = dt.date.fromordinal(dt.date(1970, 1, 1).toordinal() + day).isoformat()
    zoned = "UTC" in unit
    bare = rest == 0 and fraction == 0 and not (query and zoned)
    text = date if bare else f"{date} {_clock(rest, fraction, per_second)}"
    return text + ("+00:00" if query else " UTC") if zoned else text


def _lapse(value: int, unit: str) -> str:
    per_second = _per_second(unit)
    seconds, fraction = divmod(abs(value), per_second)
    days, rest = divmod(seconds, _DAY)
    parts = [f"{days:,} day{'' if days == 1 else 's'}"] if days else []
    if rest or fraction or not days:
        parts.append(_clock(rest, fraction, per_second))
    return ("−" if value < 0 else "") + " ".join(parts)


def _per_second(unit: str) -> int:
    return _PER_SECOND[unit.partition("[")[2].rstrip("]").split(",")[0]]


def _clock(seconds: int, fraction: int, per_second: int) -> str:
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    digits = str(per_second + fraction)[1:].rstrip("0") if fraction else ""
    return f"{text}.{digits}" if digits else text
