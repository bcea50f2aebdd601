"""Readers of lengths of time and of times that come again."""

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.reading import Groups, Reading, amount, fields
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Moment, finer


def duration(_rule: Rule, groups: Groups) -> Reading | None:
    """An amount of one unit, of two ("3 năm 6 tháng"), or and a half ("một năm rưỡi")."""
    count = amount(groups["n"])
    forms = [(count, groups["unit"])]
    if "unit2" in groups:
        if not _finer(groups["unit2"], groups["unit"]) and groups["unit2"] != "đêm":
            return None
        # "3 ngày 2 đêm" is three days.
        forms += [(amount(groups["n2"]), groups["unit2"])] if groups["unit2"] != "đêm" else []
    elif "half" in groups:
        forms = _and_a_half(count, groups["unit"])
    if _small_word_alone(groups):
        return None
    return _length(forms)


def _finer(unit: str, than: str) -> bool:
    """Is it a smaller unit? "30 tháng 9 năm ngoái" is no length."""
    one, other = lexicon().units[unit][0], lexicon().units[than][0]
    return one != other and finer(one, other) == one


def _small_word_alone(groups: Groups) -> bool:
    """Is it "năm tháng" alone? That is "years and months" more often than five months."""
    return groups["n"] == "năm" and groups["unit"] == "tháng" and "hanging" not in groups and "n2" not in groups


def _and_a_half(count: float | str, unit: str) -> list[tuple[float | str, str]]:
    halves = {
        "năm": (6, "tháng"),
        "giờ": (30, "phút"),
        "tiếng": (30, "phút"),
        "phút": (30, "giây"),
        "ngày": (12, "giờ"),
    }
    if unit in halves:
        return [(count, unit), halves[unit]]
    return [(count + 0.5 if not isinstance(count, str) else count, unit)]


def _length(forms: list[tuple[float | str, str]]) -> Reading:
    """The length in ISO 8601: "P3Y6M", "PT90M"."""
    parts = [_part_of_length(count, unit) for count, unit in forms]
    dates = "".join(part for part in parts if not part.startswith("T"))
    times = "".join(part[1:] for part in parts if part.startswith("T"))
    value = f"P{dates}" + (f"T{times}" if times else "")
    grain = lexicon().units[forms[0][1]][0]
    return Reading(kind="duration", moment=Moment(grain=grain, fixed=value, type="DURATION"))


def _part_of_length(count: float | str, unit: str) -> str:
    """ISO 8601 knows no quarters: they are three months each."""
    if unit == "quý":
        return f"{_figures(count * 3 if not isinstance(count, str) else count)}M"
    return lexicon().units[unit][1].format(_figures(count))


def _figures(count: float | str) -> str:
    return count if isinstance(count, str) else f"{count:g}" if count != int(count) else str(int(count))


def hours(_rule: Rule, groups: Groups) -> Reading:
    """Reads "24h", "1h45": hours and minutes as an amount."""
    forms: list[tuple[float | str, str]] = [(int(groups["hours"]), "giờ")]
    return _length([*forms, (int(groups["mi"]), "phút")] if "mi" in groups else forms)


_HALVES = {
    "giây": (500, "giây"), "phút": (30, "giây"), "giờ": (30, "phút"), "giờ đồng hồ": (30, "phút"), "tiếng": (30, "phút"),
    "tiếng đồng hồ": (30, "phút"), "ngày": (12, "giờ"), "tháng": (15, "ngày"), "năm": (6, "tháng"), "thập kỷ": (5, "năm"),
    "thập niên": (5, "năm"), "thế kỷ": (50, "năm"), "thế kỉ": (50, "năm"),
}  # fmt: skip


def half_unit(_rule: Rule, groups: Groups) -> Reading | None:
    """Reads "nửa tiếng": half of a unit, in the next smaller one."""
    amount = _HALVES.get(groups["half_unit"])
    return _length([amount]) if amount else None


def every(_rule: Rule, groups: Groups) -> Reading:
    """Reads "mỗi tuần": once a unit."""
    grain, form = lexicon().units[groups["every"]]
    return Reading(kind="set", moment=Moment(grain=grain, every=grain, fixed="P" + form.format(1), type="SET"))


def every_few(rule: Rule, groups: Groups) -> Reading | None:
    """Reads "5 năm một lần": once so many units."""
    reading = duration(rule, groups)
    return Reading(kind="set", moment=reading.moment.but(type="SET")) if reading else None


def every_part(_rule: Rule, groups: Groups) -> Reading:
    """Reads "mỗi tối thứ Bảy": a part of every day, or of one day every week."""
    part, _, modifier = lexicon().values["pod"][groups["pod"]].partition(" ")
    weekday = lexicon().values["weekday"].get(groups.get("weekday", ""))
    day = f"XXXX-WXX-{weekday}" if weekday else "XXXX-XX-XX"
    moment = Moment(grain="part_of_day", part=part, modifier=modifier or None, fixed=f"{day}T{part}", type="SET")
    return Reading(kind="set", moment=moment)


def every_weekday(rule: Rule, groups: Groups) -> Reading:
    """Reads "mỗi thứ Bảy", "mỗi cuối tuần"."""
    weekday = fields(rule, groups).moment.weekday
    value = "XXXX-WXX-WE" if weekday is None else f"XXXX-WXX-{weekday}"
    return Reading(kind="set", moment=Moment(grain="day", fixed=value, type="SET", weekday=weekday))
