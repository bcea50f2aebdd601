import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decoding import (
    CHARSETS,
    JSON,
    PLAIN,
    Decision,
    Undecodable,
    UnknownCharset,
    binary_control,
    byte_spans,
    decode,
    filed_text,
    label_of,
    recognise,
    take_text,
)
from tests.factories import TEXT, a_json
from tests.shared.orthography.encoders import encode

WORDS = "Lũ về sớm trên sông Cổ Chiên"
STORY = f"{WORDS}\n\nSáng 5/9, nước dâng cao hơn nửa mét; bà con xã Bình Hòa Phước gặt vội lúa hè thu, kê lại đồ đạc trong nhà."
TWICE = STORY.encode().decode("latin-1").encode()


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("utf-8", "utf-8"), ("UTF-8", "utf-8"), ("utf8", "utf-8"), ("us-ascii", "utf-8"), ("ascii", "utf-8"),
        ("utf-16", "utf-16-le"), ("utf-16le", "utf-16-le"), ("utf-16be", "utf-16-be"), ("windows-1258", "cp1258"),
        ("CP1258", "cp1258"), ("tcvn3", "tcvn3"), ("x-viet-tcvn3", "tcvn3"), ("X-TCVN3", "tcvn3"),
        ("tcvn-5712", "tcvn5712"), ("vni", "vni"), ("x-viet-vni", "vni"), ("viscii", "viscii"), ("x-viscii", "viscii"),
    ],
)  # fmt: skip
def test_a_declared_charset_is_taken_at_its_word(label: str, charset: str) -> None:
    assert recognise(b"Tin.", label) == Decision(charset, f"declared as {label.lower()}", 1.0)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_outranks_what_is_declared(codec: str) -> None:
    assert take_text(WORDS.encode(codec), "windows-1258") == (WORDS, Decision(codec, "byte order mark", 1.0))


def test_big_endian_utf_16_is_known_by_its_mark() -> None:
    assert take_text(b"\xfe\xff" + WORDS.encode("utf-16-be"), None)[0] == WORDS


@pytest.mark.parametrize("declared", [None, "utf-16"])
@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(charset: str, declared: str | None) -> None:
    text, decision = take_text(WORDS.encode(charset), declared)
    assert (text, decision.charset) == (WORDS, charset)


@pytest.mark.parametrize("label", ["klingon", "utf-7", "", "latin1", "utf-8 "])
def test_a_charset_that_we_do_not_know_is_refused(label: str) -> None:
    with pytest.raises(UnknownCharset):
        recognise(b"Tin", label)


@pytest.mark.parametrize("charset", sorted(set(CHARSETS.values())))
def test_every_charset_has_a_label_that_leads_back_to_it(charset: str) -> None:
    assert CHARSETS[label_of(charset)] == charset


@pytest.mark.parametrize(
    ("raw", "decision"),
    [
        (STORY.encode(), Decision("utf-8", "valid UTF-8", 1.0)),
        ("XÃ HỘI “à” Ä".encode(), Decision("utf-8", "valid UTF-8", 1.0)),
        ("Ã, Ä, Æ°: ký tự".encode(), Decision("utf-8", "valid UTF-8", 1.0)),
        ("Prix : 5 €, cafÃ© fermÃ©".encode(), Decision("utf-8", "valid UTF-8", 1.0)),
        (
            TWICE,
            Decision("utf-8-twice", "encoded twice; undone, 100% of 27 marked words are Vietnamese syllables", 0.99),
        ),
        (
            encode(STORY, "tcvn3"),
            Decision("tcvn3", "recognised as TCVN3 (ABC): 100% of 27 marked words are Vietnamese syllables", 0.99),
        ),
        (
            encode(STORY, "vni"),
            Decision("vni", "recognised as VNI-Windows: 100% of 27 marked words are Vietnamese syllables", 0.99),
        ),
        (
            encode(STORY, "viscii"),
            Decision("viscii", "recognised as VISCII: 100% of 27 marked words are Vietnamese syllables", 0.99),
        ),
        (
            encode(STORY, "cp1258"),
            Decision("cp1258", "recognised as Windows-1258: 100% of 27 marked words are Vietnamese syllables", 0.99),
        ),
    ],
)
def test_what_is_not_declared_is_recognised_and_the_reason_said(raw: bytes, decision: Decision) -> None:
    assert recognise(raw, None) == decision


@pytest.mark.parametrize("charset", ["utf-8-twice", "tcvn5712", "vni", "viscii", "cp1258"])
def test_the_charset_that_is_kept_reads_the_same_bytes_again(charset: str) -> None:
    raw = TWICE if charset == "utf-8-twice" else encode(STORY, charset)
    assert unicodedata.normalize("NFC", filed_text(raw, PLAIN, charset)) == STORY


@pytest.mark.parametrize("how", ["cp1252", "latin-1"])
def test_utf_8_that_was_encoded_twice_is_undone_through_either_charset(how: str) -> None:
    # ớ, ờ and their like hold bytes that Windows-1252 has not; this sentence has none of them.
    text = "Mưa lũ tăng, dân xã An Thịnh kêu khó"
    assert take_text(text.encode().decode(how).encode(), None)[0] == text


@pytest.mark.parametrize(
    ("raw", "label", "offset"),
    [
        (b"Tin \xff hay", None, 4),
        ("Lũ về\n".encode() + b"\xc3(", None, len("Lũ về\n".encode())),
        ("Die Straße in München führt über schöne Brücken für Fußgänger".encode("cp1252"), None, 8),
        (STORY.encode() + b"\xff", "utf-8", len(STORY.encode())),
        (b"\xef\xbb\xbfTin \xff", None, 7),
        ("Lũ".encode("utf-16-le") + b"\x00\xd8a\x00", "utf-16le", 4),
        ("Lũ".encode("utf-16-le") + b"a", "utf-16le", 4),
        (b"Tin\x00 hay", None, 3),
        (b"\xef\xbb\xbfTin\x00 hay", None, 6),
        ("Lũ\x01".encode("utf-16"), None, 6),
        ("Lũ\x01".encode("utf-16-le"), "utf-16", 4),
        ("Lũ\x01".encode("utf-16-be"), "utf-16be", 4),
        (b"Tin\x02 hay", "windows-1258", 3),
        (b"Lu\xf5 \x03", "vni", 4),
        (b"Lu\xf5 caf\xe9", "vni", 7),
        (b"L\xf2 \xff", "tcvn3", 3),
    ],
)
def test_the_first_bad_byte_is_named(raw: bytes, label: str | None, offset: int) -> None:
    with pytest.raises(Undecodable) as error:
        take_text(raw, label)
    assert error.value.offset == offset


def test_what_is_declared_need_not_read_as_vietnamese() -> None:
    assert take_text(b"caf\xe5 2", "tcvn3")[0] == "cafồ 2"


@pytest.mark.parametrize("code", [*range(0x09), *range(0x0E, 0x1A)])
def test_a_control_character_that_no_text_has_betrays_bytes_that_are_no_text(code: int) -> None:
    assert binary_control(f"Tin{chr(code)}") == 3
    with pytest.raises(Undecodable):
        decode(b"Tin%c" % code, "utf-8")


@pytest.mark.parametrize("code", [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F])
def test_the_controls_of_old_exports_are_text(code: int) -> None:
    assert binary_control(f"Tin{chr(code)}") is None


def test_windows_1258_writes_vietnamese_with_marks_that_stand_apart() -> None:
    """Its tones are characters of their own; composed they are the letters that everybody knows."""
    raw = "Tin va\u0300o ha\u0323".encode("cp1258")
    text = take_text(raw, "windows-1258")[0]
    assert (text, unicodedata.normalize("NFC", text)) == ("Tin va\u0300o ha\u0323", "Tin vào hạ")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.sampled_from(["utf-8", "utf-16"]))
def test_what_was_encoded_is_decoded(text: str, codec: str) -> None:
    # U+FEFF at the beginning is a mark, no text.
    assert take_text(text.encode(codec), "utf-8")[0] == (text.removeprefix("\ufeff") if codec == "utf-8" else text)


@given(st.binary(max_size=60), st.sampled_from([None, *CHARSETS]))
def test_whatever_the_bytes_decoding_gives_text_or_says_where_it_fails(raw: bytes, label: str | None) -> None:
    offset = 0
    try:
        text, decision = take_text(raw, label)
        assert decode(raw, decision.charset) == text
    except Undecodable as error:
        offset = error.offset
    assert 0 <= offset < max(1, len(raw))


KEPT = ["utf-8", "utf-8-sig", "utf-8-twice", "utf-16", "utf-16-le", "utf-16-be", "tcvn5712", "vni", "viscii", "cp1258"]


def written(text: str, charset: str) -> bytes:
    if charset == "utf-8-twice":
        return text.encode().decode("latin-1").encode()
    return text.encode(charset) if charset.startswith("utf") else encode(text, charset)


@pytest.mark.parametrize("charset", KEPT)
def test_a_place_in_the_text_has_its_bytes(charset: str) -> None:
    raw = written(STORY, charset)
    text = decode(raw, charset)
    start = text.index("C", 5)
    [(first, last), (begin, end)] = byte_spans(raw, charset, [(start, start + 2), (0, len(text))])
    mark = raw[:begin]
    assert decode(mark + raw[first:last], charset) == text[start : start + 2]
    assert (decode(raw[:first], charset), end) == (text[:start], len(raw))


@given(st.text(alphabet="aàấẫđĐưỢ 1\n\U0001f6a4–"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]))
def test_the_bytes_of_all_characters_are_all_bytes(text: str, charset: str) -> None:
    raw = text.encode(charset)
    spans = byte_spans(raw, charset, [(index, index + 1) for index in range(len(text))])
    wide = "utf-16-le" if charset == "utf-16" else charset.removesuffix("-sig")
    assert [raw[start:end].decode(wide) for start, end in spans] == list(text)


def test_the_text_as_filed_is_the_body_or_the_text_of_the_json() -> None:
    assert filed_text(TEXT.encode(), PLAIN, "utf-8") == TEXT
    assert filed_text(a_json(), JSON, "utf-8") == TEXT
