"""What charts share: frame and titles, fills of cells, and the text colour readable on each (AA).

Fills are the light scheme of ``js/src/components/ramp.ts``, over white: charts leave the notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import altair as alt
import numpy as np

from errwidgets.columns import clean

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["GREY_TEXT", "Kind", "Ramp", "finished", "text_colour"]

Kind = Literal["mistake", "correct", "rest"]

INK: Final = "#1b1f24"
GREY_TEXT: Final = "#57606a"
# The share of the colour at the weak and at the strong end of each ramp.
_COLOURS: Final = {
    "mistake": ("#c2410c", 0.03, 0.95),
    "correct": ("#3b6ea8", 0.08, 0.32),
    "rest": ("#57606a", 0.04, 0.32),
}
_AA: Final = 4.5
_LINEAR_UP_TO: Final = 0.04045


class Ramp(NamedTuple):
    """How strongly a value colours its cell.

    Attributes
    ----------
    domain : tuple of float
        The values of the weakest and the strongest colour, the same for all kinds.
    type : {"sqrt", "log"}
        The root spreads the small shares apart, where mistakes are.
    """

    domain: tuple[float, float]
    type: Literal["sqrt", "log"]

    def scale(self, kind: Kind) -> alt.Scale:
        """Return the colour scale of a kind of cell."""
        return alt.Scale(
            domain=list(self.domain),
            type=self.type,
            range=[_hex(colour) for colour in _ends(kind)],
            interpolate="rgb",
            clamp=True,
        )

    def fill(self, value: float, kind: Kind) -> NDArray[np.float64]:
        """Return the colour that the scale gives a value, as red, green and blue in [0, 255]."""
        low, high = self.domain
        at = np.clip(value, low, high)
        if self.type == "log":
            strength = np.log(at / low) / np.log(high / low)
        else:
            strength = np.sqrt((at - low) / (high - low))
        weak, strong = _ends(kind)
        return np.asarray(weak + (strong - weak) * strength)


def finished(chart: Any, title: str | None, side: int) -> alt.LayerChart:
    """Return a square chart with the evaluation's name, if any, and quiet titles."""
    named: dict[str, Any] = (
        {"title": alt.TitleParams(clean(title), anchor="start")} if title else {}
    )
    quiet: dict[str, Any] = {"titleColor": GREY_TEXT, "titleFontWeight": "normal"}
    done: alt.LayerChart = (
        chart.properties(width=side, height=side, **named)
        .configure_view(stroke=None)
        .configure_axis(labelLimit=160, **quiet)
        .configure_legend(titleLimit=0, **quiet)
    )
    return done


def text_colour(fill: ArrayLike) -> str:
    """Return the text colour that is readable on a fill: the ink, else white, else black.

    Examples
    --------
    >>> text_colour([255, 255, 255]), text_colour([160, 40, 0]), text_colour([215, 95, 50])
    ('#1b1f24', '#ffffff', '#000000')
    """
    colours = (INK, "#ffffff")
    return next((text for text in colours if contrast(_rgb(text), fill) >= _AA), "#000000")


def contrast(first: ArrayLike, second: ArrayLike) -> float:
    """Return the contrast of two colours, from 1 to 21.

    References
    ----------
    Web Content Accessibility Guidelines 2.2, "contrast ratio".
    """
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: ArrayLike) -> float:
    share = np.asarray(colour, dtype=np.float64) / 255
    bent = ((share + 0.055) / 1.055) ** 2.4
    linear = np.where(share <= _LINEAR_UP_TO, share / 12.92, bent)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _ends(kind: Kind) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weakest and the strongest colour of a kind, over white."""
    colour, weak, strong = _COLOURS[kind]
    mixed = [np.round(255 + alpha * (_rgb(colour) - 255)) for alpha in (weak, strong)]
    return mixed[0], mixed[1]


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


def _hex(colour: NDArray[Any]) -> str:
    return "#" + "".join(f"{int(channel):02x}" for channel in colour)
