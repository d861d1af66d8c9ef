"""Attributions of what a text or an image is made of: words, and the cells of a grid."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ImageAttributions", "TextAttributions"]


@dataclass(frozen=True, eq=False)
class TextAttributions:
    """Attributions of the words of texts: base + values = output, text by text.

    Attributes
    ----------
    tokens : tuple of tuple of str
        The pieces of each text; joined they are the text.
    values : tuple of ndarray of shape (n_tokens,)
        What each piece adds to the output, in units of `space`.
    base_values, outputs : ndarray of shape (n_rows,)
        The output of a text without words, and of the text.
    positions : ndarray of shape (n_rows,)
        Row numbers in the evaluation.
    index : Index of shape (n_rows,)
        The rows' own labels.
    method, route, output, space : str
        As in :class:`Attributions`.
    exact : bool
        Never: words are left out in groups.
    fit : ndarray of shape (n_rows,), optional
        LIME: how well its local model fits (R²).
    notes : tuple of str
        What was decided, in words.
    """

    tokens: tuple[tuple[str, ...], ...]
    values: tuple[NDArray[np.float64], ...]
    base_values: NDArray[np.float64]
    outputs: NDArray[np.float64]
    positions: NDArray[np.intp]
    index: pd.Index[Any]
    method: str
    route: str
    output: str
    space: str
    exact: bool = False
    fit: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.tokens)

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """One row per piece of text: ``position``, ``token``, ``attribution``.

        The index is that of the rows, repeated.
        """
        sizes = [len(one) for one in self.tokens]
        return pd.DataFrame(
            {
                "position": np.concatenate([np.arange(n) for n in sizes] or [np.empty(0, int)]),
                "token": pd.Series([t for one in self.tokens for t in one], dtype=object),
                "attribution": np.concatenate([*self.values, np.empty(0)]),
            }
        ).set_axis(self.index.repeat(sizes))

    @property
    def note(self) -> str:
        """What was explained and how, in words."""
        rows = "1 text" if len(self) == 1 else f"{len(self):,} texts"
        return " ".join([f"{self.output} of {rows}, estimated: {self.route}.", *self.notes])

    def __repr__(self) -> str:
        return f"<TextAttributions: {self.note}>"


@dataclass(frozen=True, eq=False)
class ImageAttributions:
    """Attributions of the cells of a grid over images: base + values = output, image by image.

    Attributes
    ----------
    values : ndarray of shape (n_images, n_down, n_across)
        What each cell adds to the output, in units of `space`.
    base_values, outputs : ndarray of shape (n_images,)
        The output of an image without what is in it, and of the image.
    positions : ndarray of shape (n_images,)
        Row numbers in the evaluation.
    index : Index of shape (n_images,)
        The rows' own labels.
    method, route, output, space : str
        As in :class:`Attributions`.
    exact : bool
        Whether they are exact rather than estimated.
    errors : ndarray of shape (n_images, n_down, n_across), optional
        Standard errors.
    notes : tuple of str
        What was decided, in words.
    """

    values: NDArray[np.float64]
    base_values: NDArray[np.float64]
    outputs: NDArray[np.float64]
    positions: NDArray[np.intp]
    index: pd.Index[Any]
    method: str
    route: str
    output: str
    space: str
    exact: bool = False
    errors: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.values)

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """One row per image, a column per cell: ``(down, across)``."""
        n, down, across = self.values.shape
        columns = pd.MultiIndex.from_product([range(down), range(across)], names=["down", "across"])
        return pd.DataFrame(self.values.reshape(n, -1), index=self.index, columns=columns)

    def heat_map(self, label: Any, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return the attributions of one image at the size of its pixels.

        Parameters
        ----------
        label : index label
            Which image.
        shape : tuple of (height, width)
            Of the image, in pixels.
        """
        found = np.flatnonzero(np.asarray(self.index == label))
        if not len(found):
            raise KeyError(f"No image {shown(label)} was explained.")
        cells = self.values[int(found[0])]
        down, across = (
            np.minimum(np.arange(size) * n // size, n - 1)
            for size, n in zip(shape, cells.shape, strict=True)
        )
        spread: NDArray[np.float64] = cells[np.ix_(down, across)]
        return spread

    @property
    def note(self) -> str:
        """What was explained and how, in words."""
        rows = "1 image" if len(self) == 1 else f"{len(self):,} images"
        how = "exact" if self.exact else "estimated"
        return " ".join([f"{self.output} of {rows}, {how}: {self.route}.", *self.notes])

    def __repr__(self) -> str:
        return f"<ImageAttributions: {self.note}>"
