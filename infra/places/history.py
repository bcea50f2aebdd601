"""From lists of units, each as on its day, to units that began and ended by resolutions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from infra.places.sources import Entry, Snapshot, Sources, plain
from shared.orthography.tones import fold_tone_place

FIRST = "2008-08-01"
"""The map's first day: what the oldest list has is taken to be as old."""
REFORM = "2025-07-01"
# Between these days lies what two lists tell apart. The middle one was not made in one day: hence the overlap.
_WAVES = (("2019-10-06", "2023-06-01"), ("2022-06-01", REFORM))


@dataclass(kw_only=True, slots=True)
class Version:
    """A unit under one name, kind and parent; it ended on the first day on which it was no more, into `successors`."""

    code: str
    kind: str
    name: str
    parent: str
    since: str
    by: str = ""
    until: str = ""
    successors: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    def is_valid(self, day: str) -> bool:
        """Was there this unit on the day?"""
        return self.since <= day and (not self.until or day < self.until)


@dataclass(frozen=True, slots=True)
class Resolution:
    """By what the map changed, when, in which provinces, and, where it says so, which units alone."""

    number: str
    day: str
    provinces: tuple[str, ...]
    about: frozenset[str]


class Resolutions:
    """Which resolution changed a unit."""

    def __init__(self, rows: Iterable[Resolution]) -> None:
        self._of: dict[str, list[Resolution]] = defaultdict(list)
        for row in rows:
            for province in row.provinces:
                self._of[province].append(row)

    def pick(self, province: str, wave: tuple[str, str], names: Iterable[str]) -> Resolution | None:
        """That which names one of `names`, the nearest first; else that of the whole province; None: there is none."""
        first, last = wave
        known = [one for one in self._of[province] if first < one.day < last]
        for name in names:
            for one in known:
                if fold_tone_place(name) in one.about:
                    return one
        return next((one for one in known if not one.about), None)

    def later(self, day: str) -> Iterable[Resolution]:
        """Those of after a day."""
        return (one for rows in self._of.values() for one in rows if one.day > day)

    def on(self, province: str, day: str) -> str:
        """The number of the resolution for a province's communes on a day."""
        return next((one.number for one in self._of[province] if one.day == day), "")


class History:
    """The versions of all units, code by code, in order."""

    def __init__(self, sources: Sources, resolutions: Resolutions, heirs: Mapping[tuple[str, str], list[str]]) -> None:
        self._sources, self._resolutions, self._heirs = sources, resolutions, heirs
        self.versions: dict[str, list[Version]] = {}
        self.guessed: list[Version] = []
        lists = (sources.of_2019, sources.of_2023, sources.of_2025)
        self._follow([one.districts for one in lists], lists)
        self._follow([one.communes for one in lists], lists)
        self._succeed_districts()
        self._reform()
        self._correct()

    def _follow(self, lists: list[dict[str, Entry]], snapshots: tuple[Snapshot, ...]) -> None:
        """The units of one level up to the reform."""
        for code, entry in lists[0].items():
            self.versions[code] = [_version(code, entry, FIRST)]
        for wave, (before, after), (_, later) in zip(_WAVES, pairwise(lists), pairwise(snapshots), strict=True):
            for code in before.keys() - after.keys():
                self._end(code, before, after, wave, later)
            for code, entry in after.items():
                self._go_on(code, before.get(code), entry, wave, later)

    def _go_on(self, code: str, old: Entry | None, new: Entry, wave: tuple[str, str], later: Snapshot) -> None:
        if old and (old.kind, old.folded, old.parent) == (new.kind, new.folded, new.parent):
            self.versions[code][-1].name = new.name
            return
        names = [new.name, *([old.name] if old else []), *self._district_names(code, new, later)]
        by = self._resolutions.pick(self._province(new, later), wave, names)
        if old is None:
            day, number = (by.day, by.number) if by else (FIRST, "")
            self.versions[code] = [_version(code, new, day, number)]
            return
        version = self.versions[code][-1]
        same_place = (old.kind, old.parent) == (new.kind, new.parent)
        if by is None or (same_place and _is_spelling(old.name, new.name)):
            if old.folded != new.folded:
                version.also.append(version.name)
            version.name, version.kind, version.parent = new.name, new.kind, new.parent
            return
        version.until, version.successors = by.day, [code]
        self.versions[code].append(later_version := _version(code, new, by.day, by.number))
        if old.folded != new.folded and _is_spelling(old.name, new.name):
            version.also.append(new.name)
            later_version.also.append(old.name)

    def _end(
        self, code: str, before: dict[str, Entry], after: dict[str, Entry], wave: tuple[str, str], later: Snapshot
    ) -> None:
        version = self.versions[code][-1]
        entry = before[code]
        successors = self._successors(code, entry, after, later)
        names = [entry.name, *(after[one].name for one in successors if one in after)]
        for one in successors[:1]:
            names += self._district_names(one, after[one], later) if one in after else []
        province = self._province(after[successors[0]], later) if successors and successors[0] in after else ""
        by = self._resolutions.pick(province, wave, names)
        version.successors = successors
        version.until = by.day if by else wave[1]
        if len(code) == 5 and (by is None or not successors):
            self.guessed.append(version)

    def _successors(self, code: str, entry: Entry, after: dict[str, Entry], later: Snapshot) -> list[str]:
        """What a unit that was given up became part of, as far as the lists tell."""
        if len(code) == 3:
            return []
        districts = {entry.parent, *self._moved(entry.parent)}
        near = {one: other for one, other in after.items() if other.parent in districts}
        same = [one for one, other in near.items() if other.folded == entry.folded]
        if same:
            return same
        province = self._province(entry, later) or self._sources.of_2019.districts[entry.parent].parent
        for key in (plain(f"{entry.kind} {entry.name}"), plain(entry.name)):
            known = [one for one in self._sources.absorbed.get((province, key), ()) if one in after]
            if found := [one for one in known if after[one].parent in districts] or known[:1]:
                return found
        return []

    def _moved(self, district: str) -> set[str]:
        """The districts of mid-2025 and of 2023 in which communes of a district lie."""
        of_2019, of_2023, of_2025 = self._sources.of_2019, self._sources.of_2023, self._sources.of_2025
        codes = {code for one in (of_2019, of_2023) for code, entry in one.communes.items() if entry.parent == district}
        return {one.communes[code].parent for one in (of_2023, of_2025) for code in codes if code in one.communes}

    def _succeed_districts(self) -> None:
        """A district's successors are the districts of its communes' successors."""
        for code, versions in self.versions.items():
            if len(code) == 3 and (last := versions[-1]).until and not last.successors:
                heirs = self._moved(code) - {code}
                last.successors = sorted(
                    one for one in heirs if any(v.is_valid(last.until) for v in self.versions[one])
                )
                province = self._sources.of_2019.districts[code].parent
                wave = _WAVES[0] if code not in self._sources.of_2023.districts else _WAVES[1]
                names = [last.name, *(self.versions[one][-1].name for one in last.successors)]
                if by := self._resolutions.pick(province, wave, names):
                    last.until = by.day

    def _reform(self) -> None:
        """1 July 2025: no districts any more, new communes, under the codes of old ones."""
        parts, today = self._sources.parts, self._sources.today
        new_of_district: dict[str, dict[str, None]] = defaultdict(dict)
        for code, entry in self._sources.of_2025.communes.items():
            new_of_district[entry.parent].update(dict.fromkeys(parts[code]))
        for code, versions in self.versions.items():
            if not (last := versions[-1]).until:
                last.until = REFORM
                last.successors = parts[code] if code in parts else list(new_of_district[code])
        for code, entry in today.items():
            by = self._resolutions.on(entry.parent, REFORM)
            self.versions.setdefault(code, []).append(_version(code, entry, REFORM, by))

    def _correct(self) -> None:
        """What heirs.tsv says is so."""
        for (code, until), successors in self._heirs.items():
            version = next((one for one in self.versions[code] if one.until == until), self.versions[code][0])
            version.until, version.successors = until, successors
            if version in self.guessed:
                self.guessed.remove(version)

    def _province(self, entry: Entry, later: Snapshot) -> str:
        """The code of the province: an entry's own parent, or its district's."""
        if len(entry.parent) == 2:
            return entry.parent
        return later.districts[entry.parent].parent if entry.parent in later.districts else ""

    def _district_names(self, code: str, entry: Entry, later: Snapshot) -> list[str]:
        if len(code) != 5 or entry.parent not in later.districts:
            return []
        return [later.districts[entry.parent].name]


def _version(code: str, entry: Entry, since: str, by: str = "") -> Version:
    return Version(code=code, kind=entry.kind, name=entry.name, parent=entry.parent, since=since, by=by)


def _is_spelling(old: str, new: str) -> bool:
    """Do two names differ in spelling alone: Quí and Quý, Xà Phìn and Sà Phìn? One letter in one syllable may."""
    if any(letter.isdigit() for letter in old + new):
        return False
    before, after = [plain(word) for word in old.split()], [plain(word) for word in new.split()]
    if len(before) != len(after):
        return plain(old) == plain(new)
    others = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    return not others or (len(others) == 1 and _letters_apart(*others[0]) <= 1)


def _letters_apart(one: str, other: str) -> int:
    """How many letters of the longer are not, in order, in the other."""
    same = sum(block.size for block in SequenceMatcher(None, one, other).get_matching_blocks())
    return max(len(one), len(other)) - same
