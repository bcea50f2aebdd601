from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.orthography import doubly
from shared.orthography.misread import find_misread
from tests.shared.orthography.encoders import encode
from tests.shared.orthography.test_recognition import FOREIGN, STORY


def seen_as_windows(raw: bytes) -> str:
    """The bytes as Windows-1252 shows them; Latin-1 where it has nothing."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in raw)


def undone(text: str) -> str:
    for found in reversed(find_misread(text)):
        for change in reversed(found.changes):
            text = text[: change.start] + change.right + text[change.end :]
    return text


@pytest.mark.parametrize("how", [seen_as_windows, lambda raw: raw.decode("latin-1")], ids=["Windows-1252", "Latin-1"])
@pytest.mark.parametrize("charset", ["tcvn3", "vni", "viscii", "utf-8"])
def test_a_text_that_was_misread_is_read_anew(charset: str, how: Callable[[bytes], str]) -> None:
    raw = STORY.encode() if charset == "utf-8" else encode(STORY, charset)
    assert undone(how(raw)) == STORY


def test_lines_that_were_misread_are_found_among_lines_that_were_not() -> None:
    lines = ["Cầu tre ở xóm Bến Gỗ", STORY, "Ảnh: Đỗ Lúa", STORY, "Chi Mai ghi"]
    mixed = [*lines[:1], seen_as_windows(encode(STORY, "vni")), lines[2], seen_as_windows(STORY.encode()), lines[4]]
    assert undone("\n".join(mixed)) == "\n".join(lines)


def test_what_was_put_in_later_stays() -> None:
    assert undone("☂ " + seen_as_windows(encode(STORY, "tcvn3")) + " ☔?") == f"☂ {STORY} ☔?"


@pytest.mark.parametrize(
    "text",
    [
        *FOREIGN.values(),
        STORY,
        STORY.upper(),
        "Công ty Hoàng Lâm và đôi câu ca dao cùng ông lão chèo đò",
        "Loa công cộng: không có tin gì, cô Lan và thôn Là vô can",
        "Nhãn hiệu Sông Xanh® và bà Núñez đến Huế",
        "XÃ HỘI “á» là hai chữ lạ”",
        "Café, naïve, crème brûlée",
        "",
    ],
)
def test_what_was_read_rightly_is_left_alone(text: str) -> None:
    assert find_misread(text) == []


@given(st.text(alphabet="ÃÄÆáº»™‘ °\n aộñ®") | st.text())
def test_whatever_the_text_every_change_has_its_place(text: str) -> None:
    for found in find_misread(text):
        places = [found.start, *(edge for change in found.changes for edge in (change.start, change.end)), found.end]
        assert places == sorted(places)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_was_encoded_twice_is_undone(text: str) -> None:
    twice = text.encode().decode("latin-1")
    assert doubly.undone(twice) == (None if text.isascii() else text)
