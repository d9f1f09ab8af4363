"""Bars as a picture that belongs to a page: in the page's own colours, by day and by night."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 240, 84, 14, 14
_GAP = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    label: str
    """What it is about, for instance ``2026-11-02``."""
    value: int | None
    """None: nothing can be told yet."""
    before: int | None = None
    """What it is compared with, drawn paler behind it."""


def bars(shown: Sequence[Bar], title: str, *, first: str, last: str) -> str:
    """Return an SVG picture with a bar for each value; its text and bars have the colour of the text around it.

    ``first`` and ``last`` stand under the first and the last bar. What any text holds is shown as it is, and the
    numbers should be told beside it in words: the picture alone is not for everybody.
    """
    top = max(1, *(max(bar.value or 0, bar.before or 0) for bar in shown)) if shown else 1
    parts = [
        f'<svg class="console-bars" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" '
        'fill="currentColor" font-size="10">',
        f'<text x="0" y="{_TOP - 4}">{top:,}</text>',
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT - _BOTTOM}" y2="{_HEIGHT - _BOTTOM}" stroke="currentColor" '
        'stroke-opacity=".4"/>',
    ]
    step = _WIDTH / max(1, len(shown))
    for place, bar in enumerate(shown):
        parts.append(f"<g><title>{escape(_told(bar))}</title>")
        parts += [
            _bar(place * step, step, number / top, opacity)
            for number, opacity in ((bar.before, ".25"), (bar.value, ".85"))
            if number
        ]
        parts.append("</g>")
    parts.append(f'<text x="0" y="{_HEIGHT - 3}">{escape(first)}</text>')
    parts.append(f'<text x="{_WIDTH}" y="{_HEIGHT - 3}" text-anchor="end">{escape(last)}</text>')
    return "".join((*parts, "</svg>"))


def _bar(x: float, step: float, share: float, opacity: str) -> str:
    height = max(1.0, (_HEIGHT - _TOP - _BOTTOM) * share)
    y = _HEIGHT - _BOTTOM - height
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{step - _GAP:.1f}" height="{height:.1f}" fill-opacity="{opacity}"/>'


def _told(bar: Bar) -> str:
    value = "not yet" if bar.value is None else f"{bar.value:,}"
    return f"{bar.label}: {value}" + ("" if bar.before is None else f" (before: {bar.before:,})")
