"""Small charts drawn as SVG: lines over an hour, and how a measure is distributed. Pure; no script, no style attribute."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from math import log10

from services.ops.console.words import milliseconds

WIDTH, HEIGHT = 360, 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 6, 8, 18
_MINUTE = timedelta(minutes=1)


def minute_lines(
    series: Mapping[str, Mapping[datetime, float]], *, now: datetime, minutes: int, label: str, log: bool = False
) -> str:
    """Lines over the last minutes, one for each name; a minute without a value leaves a gap, or is 0 if not `log`.

    Values are positive; with `log` each step upwards is ten times as much.
    """
    end = now.replace(second=0, microsecond=0)
    moments = [end - _MINUTE * back for back in range(minutes - 1, -1, -1)]
    found = [value for points in series.values() for value in points.values() if value > 0]
    top = max(found, default=1.0)
    bottom = min(found, default=1.0) if log else 0.0
    place = _scale(bottom, top, log=log)
    parts = [_axis(top, bottom if log else 0.0, minutes)]
    for number, points in enumerate(series.values()):
        for run in _runs(moments, points, log=log):
            dots = " ".join(f"{_x(index, minutes):.1f},{place(value):.1f}" for index, value in run)
            shape = f'<polyline class="s{number}" points="{dots}"/>'
            if len(run) == 1:
                index, value = run[0]
                shape = f'<circle class="d{number}" cx="{_x(index, minutes):.1f}" cy="{place(value):.1f}" r="1.5"/>'
            parts.append(shape)
    return _svg(label, parts)


def _runs(moments: Sequence[datetime], points: Mapping[datetime, float], *, log: bool) -> list[list[tuple[int, float]]]:
    """The values that follow one another without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, moment in enumerate(moments):
        value = points.get(moment, None if log else 0.0)
        if value is None or (log and value <= 0):
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def distribution(buckets: Sequence[tuple[float, int]], marks: Mapping[str, float], *, label: str) -> str:
    """Bars for (bound in ms, count), on a logarithmic axis, and a line at each mark (name, ms)."""
    if not buckets:
        return _svg(label, [])
    # The bars cover what was met, from one power of ten to another.
    first, last = min(bound for bound, _ in buckets), max(bound for bound, _ in buckets)
    low, high = 10.0 ** _floor(log10(first)), 10.0 ** (_floor(log10(last)) + 1)
    most = max(count for _, count in buckets)
    span = log10(high) - log10(low)

    def x(value: float) -> float:
        return _LEFT + (log10(max(value, low)) - log10(low)) / span * (WIDTH - _LEFT - _RIGHT)

    floor = HEIGHT - _BOTTOM
    parts = [f'<line class="axis" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{floor}" y2="{floor}"/>']
    for bound, count in buckets:
        left, right = x(bound / 2**0.25), x(bound)
        tall = count / most * (floor - _TOP)
        parts.append(
            f'<rect class="bar" x="{left:.1f}" width="{max(0.5, right - left):.1f}" y="{floor - tall:.1f}" height="{tall:.1f}"/>'
        )
    for name, value in marks.items():
        parts.append(f'<line class="mark" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{_TOP}" y2="{floor}"/>')
        parts.append(f'<text class="mark" x="{x(value) + 2:.1f}" y="{_TOP + 6}">{escape(name)}</text>')
    power = low
    while power <= high * 1.001:
        anchor = "start" if power == low else "end" if power >= high / 1.001 else "middle"
        parts.append(f'<text x="{x(power):.1f}" y="{HEIGHT - 4}" text-anchor="{anchor}">{milliseconds(power)}</text>')
        power *= 10
    return _svg(label, parts)


def _floor(value: float) -> int:
    return int(value // 1)


def _scale(bottom: float, top: float, *, log: bool) -> Callable[[float], float]:
    floor = HEIGHT - _BOTTOM
    room = floor - _TOP
    if log:
        low, high = log10(bottom), log10(top)
        span = max(high - low, 0.3)
        return lambda value: floor - (log10(value) - low) / span * room
    return lambda value: floor - (value / top if top else 0.0) * room


def _x(index: int, minutes: int) -> float:
    return _LEFT + index / max(1, minutes - 1) * (WIDTH - _LEFT - _RIGHT)


def _axis(top: float, bottom: float, minutes: int) -> str:
    floor = HEIGHT - _BOTTOM
    return (
        f'<line class="axis" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{floor}" y2="{floor}"/>'
        f'<text x="{_LEFT - 4}" y="{_TOP + 6}" text-anchor="end">{_short(top)}</text>'
        f'<text x="{_LEFT - 4}" y="{floor}" text-anchor="end">{_short(bottom)}</text>'
        f'<text x="{_LEFT}" y="{HEIGHT - 4}">−{minutes} min</text>'
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 4}" text-anchor="end">0</text>'
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def _svg(label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label, quote=True)}">'
        + "".join(parts)
        + "</svg>"
    )
