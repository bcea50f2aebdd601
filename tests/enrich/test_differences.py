"""What counts as a difference between two findings of one text."""

from services.enrich.commands.differences import Difference, differences


def a_date(value: str, *, version: str = "1", start: int = 0) -> dict[str, object]:
    return {"text": "5/9", "start": start, "end": start + 3, "value": value, "basis": {"version": version}}


def test_what_is_gone_and_what_is_new_are_told_apart() -> None:
    before = {"title": "Tin", "dates": [a_date("2024-09-05"), a_date("2024-10-01", start=9)]}
    after = {"title": "Tin", "dates": [a_date("2025-09-05"), a_date("2024-10-01", start=9)]}
    assert differences(before, after, ("title", "dates")) == [
        Difference(
            field="dates",
            was=[{"text": "5/9", "start": 0, "end": 3, "value": "2024-09-05"}],
            now=[{"text": "5/9", "start": 0, "end": 3, "value": "2025-09-05"}],
        )
    ]


def test_another_reason_for_the_same_value_is_no_difference() -> None:
    assert not differences(
        {"dates": [a_date("2025", version="1")]}, {"dates": [a_date("2025", version="2")]}, ("dates",)
    )


def test_another_order_is_no_difference() -> None:
    one, other = a_date("2025"), a_date("2024", start=9)
    assert not differences({"dates": [one, other]}, {"dates": [other, one]}, ("dates",))


def test_a_value_told_twice_is_not_the_same_as_once() -> None:
    (found,) = differences({"dates": [a_date("2025")] * 2}, {"dates": [a_date("2025")]}, ("dates",))
    assert (len(found.was), len(found.now)) == (1, 0)


def test_nothing_empty_and_absent_are_one() -> None:
    assert not differences({"byline": None, "event": {}}, {}, ("byline", "event", "notes"))


def test_fields_are_told_in_their_order() -> None:
    found = differences({}, {"b": [1], "a": "x"}, ("a", "b"))
    assert [one.field for one in found] == ["a", "b"]
