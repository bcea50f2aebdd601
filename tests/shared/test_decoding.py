import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decoding import (
    CHARSETS,
    JSON,
    PLAIN,
    Undecodable,
    UnknownCharset,
    binary_control,
    charset_of,
    decode,
    filed_text,
    label_of,
)
from tests.factories import TEXT, a_json

WORDS = "Lũ về sớm trên sông Cổ Chiên"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        (None, "utf-8"), ("utf-8", "utf-8"), ("UTF-8", "utf-8"), ("utf8", "utf-8"), ("us-ascii", "utf-8"),
        ("ascii", "utf-8"), ("utf-16le", "utf-16-le"), ("utf-16be", "utf-16-be"), ("windows-1258", "cp1258"),
        ("CP1258", "cp1258"),
    ],
)  # fmt: skip
def test_a_declared_charset_is_taken_at_its_word(label: str | None, codec: str) -> None:
    assert charset_of(b"Tin", label) == codec


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_outranks_what_is_declared(codec: str) -> None:
    raw = WORDS.encode(codec)
    found = charset_of(raw, "windows-1258")
    assert (found, decode(raw, found)) == (codec, WORDS)


def test_big_endian_utf_16_is_known_by_its_mark() -> None:
    raw = b"\xfe\xff" + WORDS.encode("utf-16-be")
    assert decode(raw, charset_of(raw, None)) == WORDS


@pytest.mark.parametrize("label", ["klingon", "utf-7", "", "latin1", "utf-8 "])
def test_a_charset_that_we_do_not_know_is_refused(label: str) -> None:
    with pytest.raises(UnknownCharset):
        charset_of(b"Tin", label)


@pytest.mark.parametrize("codec", sorted(set(CHARSETS.values())))
def test_every_codec_has_a_label_that_leads_back_to_it(codec: str) -> None:
    assert CHARSETS[label_of(codec)] == codec


@pytest.mark.parametrize(
    ("raw", "label", "offset"),
    [
        (b"Tin \xff hay", None, 4),
        ("Lũ về\n".encode() + b"\xc3(", None, len("Lũ về\n".encode())),
        (b"\xef\xbb\xbfTin \xff", None, 7),
        ("Lũ".encode("utf-16-le") + b"\x00\xd8a\x00", "utf-16le", 4),
        ("Lũ".encode("utf-16-le") + b"a", "utf-16le", 4),
        (b"Tin \xd2\xff\xd5", "windows-1258", None),
        (b"Tin\x00 hay", None, 3),
        (b"\xef\xbb\xbfTin\x00 hay", None, 6),
        ("Lũ\x01".encode("utf-16"), None, 6),
        ("Lũ\x01".encode("utf-16-le"), "utf-16", 4),
        ("Lũ\x01".encode("utf-16-be"), "utf-16be", 4),
        (b"Tin\x02 hay", "windows-1258", 3),
    ],
)
def test_the_first_bad_byte_is_named(raw: bytes, label: str | None, offset: int | None) -> None:
    charset = charset_of(raw, label)
    if offset is None:
        decode(raw, charset)
        return
    with pytest.raises(Undecodable) as error:
        decode(raw, charset)
    assert error.value.offset == offset


@pytest.mark.parametrize("code", [*range(0x09), *range(0x0E, 0x1A)])
def test_a_control_character_that_no_text_has_betrays_bytes_that_are_no_text(code: int) -> None:
    assert binary_control(f"Tin{chr(code)}") == 3


@pytest.mark.parametrize("code", [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F])
def test_the_controls_of_old_exports_are_text(code: int) -> None:
    assert binary_control(f"Tin{chr(code)}") is None


def test_windows_1258_writes_vietnamese_with_marks_that_stand_apart() -> None:
    """Its tones are characters of their own; composed they are the letters that everybody knows."""
    raw = "Tin va\u0300o ha\u0323".encode("cp1258")
    text = decode(raw, charset_of(raw, "windows-1258"))
    assert (text, unicodedata.normalize("NFC", text)) == ("Tin va\u0300o ha\u0323", "Tin vào hạ")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.sampled_from(["utf-8", "utf-16"]))
def test_what_was_encoded_is_decoded(text: str, codec: str) -> None:
    raw = text.encode(codec)
    # U+FEFF at the beginning is a mark, no text.
    assert decode(raw, charset_of(raw, None)) == (text.removeprefix("\ufeff") if codec == "utf-8" else text)


@given(st.binary(max_size=60), st.sampled_from([None, *CHARSETS]))
def test_whatever_the_bytes_decoding_gives_text_or_says_where_it_fails(raw: bytes, label: str | None) -> None:
    offset = 0
    try:
        decode(raw, charset_of(raw, label)).encode()
    except Undecodable as error:
        offset = error.offset
    assert 0 <= offset < max(1, len(raw))


def test_the_text_as_filed_is_the_body_or_the_text_of_the_json() -> None:
    assert filed_text(TEXT.encode(), PLAIN, "utf-8") == TEXT
    assert filed_text(a_json(), JSON, "utf-8") == TEXT
