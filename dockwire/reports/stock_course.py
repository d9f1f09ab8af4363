"""The course of a connection's stock as a picture: units offered at Amazon against units in the warehouse."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from dockwire.model.stock_book import StockPoint

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 640, 220, 64, 28, 28
_LINES = (("available", "#8a8f98", "in the warehouse"), ("offered", "#1f6feb", "offered at Amazon"))


def course(points: Sequence[StockPoint], title: str) -> str:
    """Return an SVG picture with one step line for each number; of fewer than two points, what there is.

    Every number holds until the next point. The picture needs nothing from outside.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="16" fill="#24292f">{escape(title)}</text>',
    ]
    if points:
        parts += _axes(points)
        for place, (name, colour, label) in enumerate(_LINES):
            values = [float(getattr(point, name)) for point in points]
            parts.append(
                f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{_steps(points, values)}"/>'
            )
            x = _WIDTH - 260 + 130 * place
            parts.append(f'<text x="{x}" y="{_HEIGHT - 8}" fill="{colour}">{label}</text>')
    else:
        parts.append(f'<text x="{_LEFT}" y="{_HEIGHT // 2}" fill="#24292f">nothing decided yet</text>')
    return "".join((*parts, "</svg>"))


def _top(points: Sequence[StockPoint]) -> float:
    return max(1.0, *(max(float(point.available), float(point.offered)) for point in points))


def _axes(points: Sequence[StockPoint]) -> list[str]:
    floor = _HEIGHT - _BOTTOM
    first, last = points[0].at, points[-1].at
    marks = [
        f'<text x="{_LEFT - 8}" y="{_TOP + 10}" text-anchor="end" fill="#57606a">{_top(points):,.0f}</text>',
        f'<text x="{_LEFT - 8}" y="{floor}" text-anchor="end" fill="#57606a">0</text>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}" fill="#57606a">{_moment(first)} to {_moment(last)} UTC</text>',
    ]
    lines = [
        f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - 8}" y2="{y}" stroke="#d0d7de"/>' for y in (_TOP, floor)
    ]
    return lines + marks


def _steps(points: Sequence[StockPoint], values: Sequence[float]) -> str:
    """Return the corners of a step line over the points' times."""
    span = (points[-1].at - points[0].at).total_seconds() or 1.0
    floor, top = _HEIGHT - _BOTTOM, _top(points)
    corners: list[tuple[float, float]] = []
    for point, value in zip(points, values, strict=True):
        x = _LEFT + (_WIDTH - 8 - _LEFT) * (point.at - points[0].at).total_seconds() / span
        y = floor - (floor - _TOP) * max(0.0, value) / top
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    corners.append((float(_WIDTH - 8), corners[-1][1]))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
