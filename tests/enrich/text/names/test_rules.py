"""Each rule with what it does, and what it must leave alone."""

from collections.abc import Callable

import pytest

from services.enrich.text.abbreviations import find_abbreviations
from services.enrich.text.article import Article
from services.enrich.text.clean import clean
from services.enrich.text.credits import find_credits
from services.enrich.text.names import rules
from services.enrich.text.names.found import Found, NameType
from tests.factories import an_article

Rule = Callable[[Article, list[Found]], list[Found]]
PERSON: NameType = "PERSON"
BODY: NameType = "ORGANIZATION"
PLACE: NameType = "LOCATION"


def after(rule: Rule, paragraph: str, *names: tuple[str, NameType]) -> list[tuple[str, str]]:
    """The names after a rule, of a paragraph in which each of `names` was found where it stands first."""
    article = find_abbreviations(find_credits(clean(an_article(f"Tin trong ngày\n\n{paragraph}"))))
    text = article.blocks[1].text
    found = [
        Found(
            block=1, start=text.index(name), end=text.index(name) + len(name), text=name, type=type, confidence=0.9,
            method="test", reason="given",
        )
        for name, type in names
    ]  # fmt: skip
    settled = rule(article, found)
    return [(one.text, one.type) for one in sorted(settled, key=lambda one: (one.block, one.start))]


def test_a_body_that_ends_in_a_known_persons_name_is_two_names() -> None:
    paragraph = "Thượng tướng Lò Văn Mận đến. Thứ trưởng Bộ Công an Lò Văn Mận về."
    found = after(rules.a_person_ends_a_body, paragraph, ("Lò Văn Mận", PERSON), ("Bộ Công an Lò Văn Mận", BODY))
    assert found == [("Lò Văn Mận", PERSON), ("Bộ Công an", BODY), ("Lò Văn Mận", PERSON)]


def test_a_school_named_after_a_person_stays_whole() -> None:
    paragraph = "Anh hùng Lò Văn Mận hy sinh. Trường THPT Lò Văn Mận mang tên ông."
    names = (("Lò Văn Mận", PERSON), ("Trường THPT Lò Văn Mận", BODY))
    assert after(rules.a_person_ends_a_body, paragraph, *names) == list(names)


@pytest.mark.parametrize(
    ("paragraph", "name", "found"),
    [
        ("Đoàn thăm nước Lào hôm qua.", ("nước Lào", PLACE), ("Lào", PLACE)),
        ("Đoàn thăm nước Cộng hòa Cuba.", ("nước Cộng hòa Cuba", BODY), ("Cộng hòa Cuba", PLACE)),
        ("Hai tỉnh Lào Cai và Sơn La họp.", ("tỉnh Lào Cai", PLACE), ("Lào Cai", PLACE)),
        ("Tại tỉnh Lào Cai có mưa.", ("tỉnh Lào Cai", PLACE), ("tỉnh Lào Cai", PLACE)),
        ("Ở thôn 6 xã Tả Van có mưa.", ("xã Tả Van", PLACE), ("xã Tả Van", PLACE)),
        ("Hai quận 3 và 5 ngập.", ("quận 3", PLACE), ("quận 3", PLACE)),
    ],
)
def test_a_type_noun_that_is_no_part_of_the_name_is_left_out(
    paragraph: str, name: tuple[str, NameType], found: tuple[str, NameType]
) -> None:
    assert after(rules.a_type_noun_is_no_part_of, paragraph, name) == [found]


@pytest.mark.parametrize("name", ["Công an các xã", "Công an 6 xã", "ANTT"])
def test_many_bodies_and_no_body_are_no_names(name: str) -> None:
    assert after(rules.a_class_of_bodies_is_no_name, f"Theo {name} thì tốt. Bảo đảm ANTT.", (name, BODY)) == []


def test_one_body_stays() -> None:
    name = ("Công an xã Tả Van", BODY)
    assert after(rules.a_class_of_bodies_is_no_name, "Công an xã Tả Van họp.", name) == [name]


def test_a_bracket_with_the_short_form_does_not_part_a_body() -> None:
    names = (("Hội đồng Nhân dân", BODY), ("tỉnh Sơn La", PLACE))
    found = after(rules.a_bracket_is_inside_a_body, "Chủ tịch Hội đồng Nhân dân (HĐND) tỉnh Sơn La nói.", *names)
    assert found == [("Hội đồng Nhân dân (HĐND) tỉnh Sơn La", BODY)]


def test_a_bracket_with_a_place_does() -> None:
    names = (("Công an xã Tả Van", BODY), ("Lào Cai", PLACE))
    assert after(rules.a_bracket_is_inside_a_body, "Công an xã Tả Van (Lào Cai) họp.", *names) == list(names)


def test_a_sure_name_is_found_again_where_it_was_missed() -> None:
    found = after(rules.what_was_named_once_is_named_again, "Lò Văn Mận đến. Gặp Lò Văn Mận.", ("Lò Văn Mận", PERSON))
    assert found == [("Lò Văn Mận", PERSON), ("Lò Văn Mận", PERSON)]


def test_a_given_name_is_not_sought_again() -> None:
    found = after(rules.what_was_named_once_is_named_again, "Ông Hải đến. Hải sản tươi, Hải đồ cũ.", ("Hải", PERSON))
    assert found == [("Hải", PERSON)]


def test_what_stands_among_places_is_a_place() -> None:
    names = (("Pù Nhi", PLACE), ("Na Mèo", PLACE))
    found = after(rules.an_enumeration_is_of_one_kind, "Các xã gồm: Bát Mọt, Pù Nhi, Na Mèo họp.", *names)
    assert found == [("Bát Mọt", PLACE), *names]


def test_what_stands_beside_one_place_may_be_anyone() -> None:
    found = after(rules.an_enumeration_is_of_one_kind, "Có mặt Lan, Pù Nhi họp.", ("Pù Nhi", PLACE))
    assert found == [("Pù Nhi", PLACE)]
