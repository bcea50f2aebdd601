"""What an article names, and the keys by which it is known in others."""

from datetime import date
from uuid import UUID

import pytest

from services.enrich import pipeline
from services.enrich.text.article import Article
from services.enrich.text.identity.career import step_of
from services.enrich.text.identity.usual import is_frequent
from services.enrich.text.identity.words import lists
from services.enrich.text.named import NamedPerson, Naming
from shared.orthography.search import bare, folded, order


def named(text: str) -> Naming:
    return pipeline.understand(Article(id=UUID(int=0), filed=text)).naming


def keys(text: str, type: str) -> set[str]:
    return {one.key for one in named(text).subjects if one.type == type}


def the_person(text: str) -> NamedPerson:
    (person,) = named(text).people
    return person


def test_a_province_office_has_one_key_however_its_name_is_written() -> None:
    whole = "Tin vắn\n\nNgày 12/3/2024, Công an tỉnh Thanh Hóa ra quân trấn áp tội phạm tại tỉnh Thanh Hóa."
    short = "Tin vắn\n\nNgày 12/3/2024, Công an Thanh Hoá ra quân trấn áp tội phạm tại tỉnh Thanh Hoá."
    assert keys(whole, "organization") == keys(short, "organization") == {"công an tỉnh thanh hóa"}


def test_offices_of_communes_of_one_name_are_told_apart_by_the_commune() -> None:
    one = "Tin vắn\n\nNgày 12/3/2024, Công an xã Đông Vinh (thành phố Thanh Hóa) tuyên truyền tại tỉnh Thanh Hóa."
    other = "Tin vắn\n\nNgày 12/3/2024, Công an xã Đông Vinh (thành phố Vinh) tuyên truyền tại tỉnh Nghệ An."
    assert keys(one, "organization") == {"công an xã đông vinh@16429"}
    assert keys(one, "organization").isdisjoint(keys(other, "organization"))


def test_a_place_is_known_by_its_code_and_the_day_from_which_it_is_valid() -> None:
    before = "Tin vắn\n\nNgày 12/3/2024, phường Hải Hòa (thị xã Nghi Sơn), tỉnh Thanh Hóa mở hội."
    after = "Tin vắn\n\nNgày 12/3/2026, phường Tĩnh Gia, tỉnh Thanh Hóa mở hội."
    assert "16561@2020-06-01" in keys(before, "place")
    assert "16561@2025-07-01" in keys(after, "place")


def test_a_law_with_a_whole_number_has_one_key_whoever_is_named_with_it() -> None:
    of = "Tin vắn\n\nTheo Nghị định 100/2019/NĐ-CP của Chính phủ, mức phạt tăng."
    plain = "Tin vắn\n\nTheo Nghị định số 100/2019/NĐ-CP, mức phạt tăng."
    assert keys(of, "document") == keys(plain, "document") == {"nghị định 100 2019 nđ cp"}


def test_a_person_has_rank_service_body_and_province_by_quarters() -> None:
    person = the_person("Tin vắn\n\nNgày 12/3/2024, Đại tá Ngô Văn Thử, Phó Giám đốc Công an tỉnh Thanh Hóa, dự lễ.")
    (fact,) = person.facts
    assert (person.key, person.frequent, person.rank) == ("ngô văn thử", False, "Đại tá")
    assert (fact.quarter, fact.service, fact.rank, fact.post, fact.body, fact.province, fact.level) == (
        date(2024, 1, 1), "police", 14, "phó giám đốc", "công an tỉnh thanh hóa", "38", 3,
    )  # fmt: skip


def test_nothing_but_a_frequent_name_is_not_held_against_others() -> None:
    assert not the_person("Tin vắn\n\nÔng Nguyễn Văn Hùng kể lại chuyện cũ.").is_known_by_name
    assert the_person("Tin vắn\n\nÔng Lò Văn Ếm kể lại chuyện cũ.").is_known_by_name


@pytest.mark.parametrize("name", lists("usual_names")["examples"]["frequent"])
def test_names_that_many_bear(name: str) -> None:
    assert is_frequent(name)


@pytest.mark.parametrize("name", lists("usual_names")["examples"]["seldom"])
def test_names_that_few_bear(name: str) -> None:
    assert not is_frequent(name)


@pytest.mark.parametrize(
    ("rank", "step"),
    [("Đại tá", 14), ("Thiếu tướng", 15), ("Phó Đô đốc", 16), ("Đô đốc", 17), ("Thiếu tướng, PGS.TS", 15), ("TS", 0)],
)
def test_the_steps_of_the_ranks(rank: str, step: int) -> None:
    assert step_of(rank) == step


def test_names_are_looked_up_without_case_tone_place_or_accents() -> None:
    assert folded("Công an  tỉnh THANH HOÁ") == folded("công an tỉnh Thanh Hóa") == "công an tỉnh thanh hóa"
    assert bare("Đỗ Trọng Hưng, 100/2019/NĐ-CP") == "do trong hung 100 2019 nd cp"


def test_names_are_listed_as_in_a_dictionary() -> None:
    rightly = ["An", "An Bình", "Àn", "Ản", "Ãn", "Án", "Ạn", "Anh", "Ăn", "Ân", "Da", "Đa", "Ổ", "Ơ", "U", "Ư"]
    assert sorted(rightly, key=order) == rightly
