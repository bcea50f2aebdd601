import pytest

from services.enrich.text.names.bodies import resolve_short_forms
from services.enrich.text.names.found import Found


def resolved(*texts: str, provinces: dict[str, int] | None = None) -> list[str | None]:
    names = [
        Found(block=0, start=100 * place, end=100 * place + len(text), text=text, type="ORGANIZATION", confidence=0.9, method="test", reason="given")
        for place, text in enumerate(texts)
    ]  # fmt: skip
    found = resolve_short_forms(names, provinces or {})
    return [found[place].name if place in found else None for place in range(len(texts))]


def test_a_short_form_is_the_last_body_of_its_kind_named_in_full() -> None:
    names = ("Công an tỉnh Hủa Phăn", "Công an tỉnh Sơn La", "Công an tỉnh")
    assert resolved(*names) == [None, None, "Công an tỉnh Sơn La"]


def test_a_headlines_short_form_waits_for_the_text() -> None:
    assert resolved("UBND huyện", "UBND huyện Mộc Châu") == ["UBND huyện Mộc Châu", None]


def test_the_province_of_another_body_is_that_of_a_short_form() -> None:
    assert resolved("HĐND tỉnh Sơn La", "Tỉnh ủy") == [None, "Tỉnh ủy Sơn La"]


def test_without_any_body_the_articles_province_decides() -> None:
    assert resolved("Tỉnh ủy", provinces={"Sơn La": 3, "Lào Cai": 1}) == ["Tỉnh ủy Sơn La"]


@pytest.mark.parametrize("provinces", [{}, {"Sơn La": 2, "Lào Cai": 2}])
def test_what_nothing_decides_is_left_open(provinces: dict[str, int]) -> None:
    assert resolved("Tỉnh ủy", provinces=provinces) == [None]


def test_of_two_bodies_neither_is_guessed_for_a_short_form_before_them() -> None:
    assert resolved("Công an xã", "Công an xã Tả Van", "Công an xã Tam Hợp") == [None, None, None]
