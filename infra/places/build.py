"""Writes units.tsv: every unit in every form it had, a line each, in the order of codes and days."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.places.history import FIRST, REFORM, History, Resolution, Resolutions, Version
from infra.places.sources import Sources, read
from shared.orthography.tones import fold_tone_place

DATA = Path(__file__).parents[2] / "shared" / "places" / "data"
_HEAD = """\
# Vietnam's administrative units, a line for each form that a unit had: README.md beside this file says how it was made.
# until: the first day on which there was no such unit, empty while there is. successors: codes, valid from that day on;
# of a unit that was divided, the one with most of it first. by: the resolution that made it. also: other spellings.
"""
_FIELDS = ("code", "kind", "name", "parent", "since", "until", "successors", "by", "also")


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a list in the data folder."""
    with (DATA / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")


def resolutions() -> Resolutions:
    """What resolutions.tsv says."""
    return Resolutions(
        Resolution(
            row["number"],
            row["day"],
            tuple(row["provinces"].split()),
            frozenset(fold_tone_place(name) for name in row["about"].split("; ") if name),
        )
        for row in rows("resolutions.tsv")
    )


def provinces(sources: Sources) -> list[Version]:
    """The units of the first level; their names and days stand in provinces.tsv."""
    found = []
    for row in rows("provinces.tsv"):
        until = row["until"]
        version = Version(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            parent="",
            since=row["since"],
            until=until,
            by=row["by"],
        )
        if until:
            version.successors = sources.provinces[row["code"]] if until == REFORM else [row["code"]]
        found.append(version)
    return found


def promote(history: History, known: Resolutions) -> None:
    """The communes that became wards since the reform."""
    for one in known.later(REFORM):
        for versions in history.versions.values():
            last = versions[-1]
            if last.parent in one.provinces and last.kind == "xã" and fold_tone_place(last.name) in one.about:
                last.until, last.successors = one.day, [last.code]
                versions.append(
                    Version(
                        code=last.code, kind="phường", name=last.name, parent=last.parent, since=one.day, by=one.number
                    )
                )


def main() -> None:
    """Read the archives in the folder that the command line names; write units.tsv."""
    sources, known = read(Path(sys.argv[1])), resolutions()
    heirs = {(row["code"], row["until"]): row["successors"].split() for row in rows("heirs.tsv")}
    history = History(sources, known, heirs)
    promote(history, known)
    versions = provinces(sources) + [one for code in sorted(history.versions) for one in history.versions[code]]
    with (DATA / "units.tsv").open("w", encoding="utf-8", newline="") as file:
        file.write(_HEAD)
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(_FIELDS)
        for one in sorted(versions, key=lambda one: (len(one.code), one.code, one.since)):
            lists = (" ".join(one.successors), one.by, "; ".join(one.also))
            writer.writerow([one.code, one.kind, one.name, one.parent, one.since, one.until, *lists])
    for one in history.guessed:
        print(f"not certain: {one.code} {one.kind} {one.name} ({one.parent}) until {one.until} -> {one.successors}")
    print(f"{len(versions)} forms of {len({one.code for one in versions})} codes, from {FIRST} on")


if __name__ == "__main__":
    main()
