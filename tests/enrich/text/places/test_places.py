"""Which unit is meant: the evidence, one kind after the other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich import pipeline
from services.enrich.text.article import Article, Basis, EntityMention, EntityType, PlaceLink
from services.enrich.text.clean import clean
from services.enrich.text.places import find_places, terms_of
from services.enrich.text.span import Span
from shared.ids import new_id
from tests.factories import an_article


def places_of(
    text: str, day: str | None = "2024-03-12", *, entities: tuple[EntityMention, ...] = ()
) -> list[PlaceLink]:
    article = Article(id=new_id(), filed=f"Tin vắn\n\n{text}", given=date.fromisoformat(day) if day else None)
    for stage in pipeline.STAGES[:-1]:
        article = stage(article)
    return list(find_places(article.evolve(entities=entities)).places)


def units_of(text: str, day: str | None = "2024-03-12") -> list[tuple[str, str | None]]:
    return [(place.text, place.unit) for place in places_of(text, day)]


def a_name(text: str, type: EntityType, start: int) -> EntityMention:
    span = Span(start, start + len(text))
    return EntityMention(
        span=span, text=text, type=type, name=text, key=None, basis=Basis(method="names", version="1", confidence=0.9)
    )


def test_a_place_has_its_unit_its_day_what_it_lies_in_and_what_it_is_today() -> None:
    (place, _) = places_of("Công an xã Đông Vinh (thành phố Thanh Hóa).")
    span = Span(17, 29)
    assert place == PlaceLink(
        span=span, text="xã Đông Vinh", unit="16429", name="xã Đông Vinh", valid_from="2008-08-01",
        valid_to="2025-07-01", lies_in=("380", "38"), today=("16417",), candidates=(),
        basis=Basis(
            method="places.map", version="1", confidence=0.95, evidence=(span,),
            reason="its kind and name; it lies in thành phố Thanh Hóa, which stands behind it",
        ),
    )  # fmt: skip


def test_a_bracket_behind_a_row_is_of_the_whole_row() -> None:
    found = units_of("Công an xã Hải Nhân và Công an phường Hải Hòa (thị xã Nghi Sơn).")
    assert found == [("xã Hải Nhân", "16612"), ("phường Hải Hòa", "16561"), ("thị xã Nghi Sơn", "407")]


def test_the_articles_province_tells_which_commune_of_a_name_is_meant() -> None:
    text = "Công an 6 xã của {} gồm: Mường Chanh và Tam Thanh."
    assert units_of(text.format("tỉnh Thanh Hóa"), "2025-12-29")[1:] == [
        ("Mường Chanh", "14866"),
        ("Tam Thanh", "15007"),
    ]
    assert units_of(text.format("tỉnh Sơn La"), "2025-12-29")[1:] == [("Mường Chanh", "04117"), ("Tam Thanh", "15007")]


def test_other_places_of_its_district_tell_which_commune_is_meant() -> None:
    assert units_of("Mưa ở xã Bản Ngoại. Hôm sau lở núi ở xã Hùng Sơn và xã Phú Thịnh.")[-1][1] == "05791"


def test_the_day_tells_which_unit_had_the_name() -> None:
    assert units_of("thành phố Huế", "2024-06-02") == [("thành phố Huế", "474")]
    assert units_of("thành phố Huế", "2025-06-02") == [("thành phố Huế", "46")]
    assert places_of("tỉnh Đồng Nai", "2026-03-01")[0].valid_from == "2025-07-01"


def test_what_took_place_before_the_map_begins_is_read_on_the_map_of_publication() -> None:
    (place,) = places_of("Ngày 7/7/1917, ông sinh ra ở tỉnh Đồng Tháp.", "2026-02-03")
    assert (place.unit, place.valid_from) == ("82", "2025-07-01")


def test_a_unit_that_was_gone_on_the_day_is_linked_and_said_to_be_gone() -> None:
    (place,) = places_of("huyện Tĩnh Gia", "2026-02-03")
    assert (place.unit, place.basis.reason) == ("407", "its kind and name; it was no more on the day")
    assert "16561" in place.today


def test_former_tells_the_old_unit_from_the_new_of_one_name() -> None:
    (place,) = places_of("xã Na Mèo (cũ)", "2026-02-03")
    assert (place.unit, place.valid_to) == ("15013", "2025-07-01")


def test_what_the_text_leaves_open_stays_open_with_its_candidates() -> None:
    (place,) = places_of("Cháy chợ xã Đông Vinh.")
    assert (place.unit, place.name, place.candidates) == (None, None, ("12772", "16429"))
    assert place.basis.reason.startswith("left open; several units bear the name")


def test_without_a_day_only_what_had_one_form_for_ever_is_linked() -> None:
    assert units_of("Ở tỉnh Thanh Hóa, lũ về xã Pù Nhi.", None) == [("tỉnh Thanh Hóa", "38"), ("xã Pù Nhi", None)]


def test_a_district_beside_it_says_that_the_commune_is_of_before_july_2025() -> None:
    (commune, _) = places_of("xã Pù Nhi, huyện Mường Lát", None)
    assert (commune.unit, commune.valid_to) == ("14863", "2025-07-01")


def test_two_units_of_one_name_in_one_article_are_kept_apart() -> None:
    found = units_of("Hai xã Tân Phú kết nghĩa: xã Tân Phú (Nghệ An) và xã Tân Phú (Đồng Nai).", "2025-12-24")
    assert [unit for text, unit in found if "Tân Phú" in text] == [None, "17272", "26116"]


def test_a_name_without_its_kind_is_what_it_is_elsewhere_in_the_article() -> None:
    assert units_of("Mường Lát có điện. Dây kéo tới huyện Mường Lát.")[0] == ("Mường Lát", "384")


def test_a_name_inside_a_persons_name_is_no_place() -> None:
    text = "Tỉnh Sơn La khen Hà Thị Cao Bằng."
    assert [place.text for place in places_of(text, entities=(a_name("Hà Thị Cao Bằng", "PERSON", 26),))] == [
        "Tỉnh Sơn La"
    ]


def test_a_location_that_the_finder_of_names_knows_is_linked_in_the_articles_province() -> None:
    text = "Tỉnh Thanh Hóa mở chợ ở Na Mèo."
    (_, place) = places_of(text, entities=(a_name("Na Mèo", "LOCATION", 33),))
    assert (place.text, place.unit, place.basis.confidence) == ("Na Mèo", "15013", 0.8)


def test_a_country_is_linked_to_its_iso_code() -> None:
    assert units_of("giữa hai tỉnh Thanh Hóa và Hủa Phăn (Lào)") == [
        ("Thanh Hóa", "38"), ("Hủa Phăn", "LA-HO"), ("Lào", "LA"),
    ]  # fmt: skip


def test_an_article_is_found_by_what_is_written_what_it_was_and_what_it_is() -> None:
    assert terms_of(places_of("phường Hải Hòa (thị xã Nghi Sơn)")[:1]) == (
        "current 16561", "province 38", "valid 16561", "written hải hòa", "written phường hải hòa",
    )  # fmt: skip


words = st.sampled_from(
    ["xã", "các", "Đông Vinh", "tỉnh", "Thanh Hóa", "(", ")", ",", "và", "gồm:", "TP.", "Lào", "12", "\n", "cũ", "Q."]
)


@given(st.lists(st.text(max_size=6) | words, max_size=25).map(" ".join))
def test_whatever_the_text_finding_places_raises_nothing_and_points_at_what_it_found(text: str) -> None:
    article = find_places(clean(an_article("Tin " + text)))
    for place in article.places:
        assert (place.unit is None) == bool(place.candidates)


@pytest.mark.parametrize("name", ["Hà Nội", "Cao Bằng", "Bà Rịa - Vũng Tàu", "TP.HCM", "Đắc Lắc", "Kontum"])
def test_a_province_is_known_however_it_is_written(name: str) -> None:
    (place,) = places_of(f"Mưa ở {name} đêm qua")
    assert (place.text, len(place.unit or "")) == (name, 2)
