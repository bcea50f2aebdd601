"""Readers of times counted from the publication or from a time mentioned before."""

from services.enrich.text.dates.lexicon import lexicon
from services.enrich.text.dates.reading import WHOLE, Groups, Reading, amount
from services.enrich.text.dates.rules import Rule
from services.enrich.text.dates.value import Leaning, Moment


def shifted_day(_rule: Rule, groups: Groups) -> Reading:
    """Reads "hôm qua", "ngày mai"."""
    step = lexicon().values["day_shift"][groups["day_shift"]]
    return Reading(kind="day", moment=Moment(unit="day", step=step, since="publication"))


def day_after_mention(_rule: Rule, groups: Groups) -> Reading | None:
    """Reads "cùng ngày", "ngày hôm sau"."""
    if groups["last_shift"] in {"đó", "ấy"}:
        return None
    step = lexicon().values["last_shift"][groups["last_shift"]]
    return Reading(kind="day", moment=Moment(unit="day", step=step, since="mention"))


def shifted(_rule: Rule, groups: Groups) -> Reading | None:
    """This, the last or the next week, month, year, …; "năm ngoái" is of years alone."""
    step = lexicon().values["shift"][groups["shift"]]
    if "season" in groups:
        season = lexicon().values["season"][groups["season"]]
        return Reading(
            kind="season", moment=Moment(grain="season", season=season, unit="year", step=step, since="publication")
        )
    grain = WHOLE[groups["whole"]]
    if groups["shift"] in {"ngoái", "kia"} and grain != "year":
        return None
    return Reading(kind=grain, moment=Moment(grain=grain, unit=grain, step=step, since="publication"))


def shifted_from_mention(_rule: Rule, groups: Groups) -> Reading:
    """Reads "cùng năm", "tháng sau đó"."""
    grain = WHOLE[groups.get("whole") or groups["whole2"]]
    step = {"sau đó": 1, "kế đó": 1, "trước đó": -1}.get(groups.get("how", ""), 0)
    return Reading(kind=grain, moment=Moment(grain=grain, unit=grain, step=step, since="mention"))


def weekend(rule: Rule, groups: Groups) -> Reading:
    """Reads "cuối tuần này"; "qua" is the one that is over."""
    shift = groups.get("shift")
    if shift in {"qua", "vừa qua", "vừa rồi", "rồi"}:
        moment = Moment(unit="weekend", step=-1, since="publication", **rule.gives)
    else:
        step = lexicon().values["shift"][shift] if shift else 0
        moment = Moment(unit="week", step=step, since="publication", **rule.gives)
    return Reading(kind="week", moment=moment)


def part_of_unit(_rule: Rule, groups: Groups) -> Reading:
    """Reads "cuối năm", "đầu tháng": of this year or month."""
    grain = WHOLE[groups["whole"]]
    modifier = lexicon().values["mod"][groups["mod"]]
    return Reading(kind=grain, moment=Moment(grain=grain, unit=grain, step=0, since="publication", modifier=modifier))


def counted_part(rule: Rule, groups: Groups) -> Reading:
    """Reads "hai tuần đầu" before what they are the beginning of."""
    return Reading(kind=rule.kind, moment=Moment(modifier="START" if "first" in groups else "END", **rule.gives))


def leaning(rule: Rule, groups: Groups) -> Reading:
    """Reads "tới", "vừa qua" after a day or a month."""
    word = groups.get("leaning") or groups.get("to") or groups["beside"]
    leaning: Leaning = lexicon().values["leaning"].get(word) or ("future" if word == "sau" else "past")
    return Reading(kind=rule.kind, moment=Moment(grain="century", leaning=leaning))


def offset(rule: Rule, groups: Groups) -> Reading | None:
    """So many days, weeks, months, years before or after."""
    count = amount(groups["n"])
    unit, _ = lexicon().units[groups["unit"]]
    if not isinstance(count, int):
        return _vague_offset(groups, count)
    back = "ago" in groups or "earlier" in groups or groups.get("side") == "trước" or rule.gives.get("step") == -1
    since = rule.gives.get("since", "publication")
    return Reading(kind="offset", moment=Moment(grain=unit, unit=unit, step=-count if back else count, since=since))


def _vague_offset(groups: Groups, count: float | str) -> Reading | None:
    if count != "X":
        return None
    return Reading(kind="vague", moment=Moment(grain="vague", fixed="PAST_REF" if "ago" in groups else "FUTURE_REF"))


def nth(_rule: Rule, groups: Groups) -> Reading | None:
    """Reads "ngày đầu tiên", "tuần thứ hai"."""
    grain = {"ngày": "day", "tuần": "week", "tháng": "month", "quý": "quarter"}[groups["nth_unit"]]
    if "nth_end" in groups:
        nth: float | str = -1
    else:
        nth = 1 if groups.get("nth", "nhất") == "nhất" else amount(groups["nth"])
    return Reading(kind="nth", moment=Moment(grain=grain, nth=nth)) if isinstance(nth, int) else None
