import string
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.orthography import legacy
from tests.shared.orthography.encoders import encode

SMALL = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
LETTERS = SMALL + SMALL.upper()
# What Windows-1252 and so the fonts have beside letters.
SIGNS = string.digits + string.punctuation + " \n\t"


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("tcvn3", b"L\xf2 v\xd2 s\xedm tr\xaan s\xabng C\xe6 Chi\xaan", "Lũ về sớm trên sông Cổ Chiên"),
        ("tcvn3", b"\xa7\xb5 N\xbdng, \xae\xaam 30", "Đà Nẵng, đêm 30"),
        ("tcvn3", b"\xd3\xa3\xb3n \x93ch\xe2 n\xb5y\x94 25\xb0C, 40 m\xb2", None),
        ("tcvn5712", b"\xa7\x80 N\xbdng", "ĐÀ Nẵng"),
        ("tcvn5712", b"T\x01 L\x02 H", "TÚ LỤ H"),
        ("vni", b"Lu\xf5 ve\xe0 s\xf4\xf9m tre\xe2n so\xe2ng Co\xe5 Chie\xe2n", "Lũ về sớm trên sông Cổ Chiên"),
        ("vni", b"\xd1A\xd8 NA\xdcNG, \xf1e\xe2m \xf6\xf4\xf9t", "ĐÀ NẴNG, đêm ướt"),
        ("vni", b"thi\xf8 th\xec, k\xf2p, ky\xf5, My\xd5, b\xf3nh, k\xee", "thì thì, kịp, kỹ, Mỹ, bĩnh, kỵ"),
        ("viscii", b"L\xfb v\xab s\xbem tr\xean s\xf4ng C\xb1 Chi\xean", "Lũ về sớm trên sông Cổ Chiên"),
        ("cp1258", b"\xd0a\xcc N\xe3\xdeng", "Đà Nẵng"),
    ],
)
def test_each_charset_reads_its_own_bytes(charset: str, raw: bytes, text: str | None) -> None:
    read = composed(legacy.decode(raw, charset))
    assert read == (text or "ểẾn “chõ này” 25°C, 40 m²")


@pytest.mark.parametrize("charset", ["tcvn5712", "vni", "viscii", "cp1258"])
def test_every_letter_comes_back_from_every_charset(charset: str) -> None:
    assert composed(legacy.decode(encode(LETTERS, charset), charset)) == LETTERS


def test_tcvn3_has_the_small_letters_and_seven_capitals() -> None:
    kept = "ĂÂÊÔƠƯĐ" + string.ascii_uppercase
    expected = "".join(letter if letter in kept else letter.lower() for letter in LETTERS)
    assert legacy.decode(encode(LETTERS, "tcvn3"), "tcvn3") == expected


@given(st.text(alphabet=LETTERS + SIGNS), st.sampled_from(["tcvn5712", "vni", "viscii", "cp1258"]))
def test_what_was_written_is_read(text: str, charset: str) -> None:
    assert composed(legacy.decode(encode(text, charset), charset)) == text


@given(st.binary(), st.sampled_from(sorted(legacy.NAMES)))
def test_no_byte_is_lost_in_silence(raw: bytes, charset: str) -> None:
    """Either a byte that stands for nothing is named, or the characters divide all bytes among them."""
    try:
        text = legacy.decode(raw, charset)
    except UnicodeDecodeError:
        return
    starts = legacy.starts(raw, charset)
    assert (len(starts), starts[0], starts[-1]) == (len(text) + 1, 0, len(raw))
    # In TCVN3 a tone that stands alone depends on the letter before it.
    if charset != "tcvn3":
        assert [legacy.decode(raw[start:end], charset) for start, end in pairwise(starts)] == list(text)


@pytest.mark.parametrize(
    ("charset", "raw", "place"),
    [("tcvn3", b"Tin \xc4", 4), ("vni", b"Caf\xe9", 3), ("vni", b"\xf9", 0), ("cp1258", b"Tin\x8a", 3)],
)
def test_a_byte_that_stands_for_nothing_is_named(charset: str, raw: bytes, place: int) -> None:
    with pytest.raises(UnicodeDecodeError) as error:
        legacy.decode(raw, charset)
    assert error.value.start == place


def test_windows_1258_is_that_of_python() -> None:
    every = bytes(place for place in range(256) if bytes([place]).decode("cp1258", "ignore"))
    assert legacy.decode(every, "cp1258") == every.decode("cp1258")
