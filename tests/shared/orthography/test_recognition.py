import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.orthography import legacy
from shared.orthography.recognition import recognise
from tests.shared.orthography.encoders import encode

STORY = (
    "Chiều qua, bà con xóm Bến Gỗ dựng xong chiếc cầu tre dài hơn sáu mươi mét bắc qua rạch Ông Đốc. "
    "Theo trưởng ấp, cầu cũ đã mục từ mùa lũ trước; học trò phải đi đò, vừa tốn kém vừa nguy hiểm."
)
FOREIGN = {
    "German": "Die Straße in München führt über die schöne Brücke; für Fußgänger öffnet sie früh, für Händler später.",
    "French": "À la fête du village, les élèves ont récité un poème où l’été finit là, près de la forêt déjà dorée.",
    "Spanish": "El niño soñó con la montaña; mañana irá con su compañera María a ver el río, según contó él.",
    "Portuguese": "A situação não é fácil: a câmara só abrirá às três, disse o avô à irmã, já à saída do salão.",
    "Swedish": "På ön får många fåglar bo där gräset är högt; så småningom kör båten över sjön åt höger.",
}  # fmt: skip
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, když šel večer kolem řeky; děti ho zvědavě pozorovaly z mostu."
RUSSIAN = "Вечером жители деревни закончили строить мост через реку, сообщил староста."


@pytest.mark.parametrize("charset", ["tcvn3", "vni", "viscii", "cp1258"])
@pytest.mark.parametrize("text", [STORY, STORY[:40], STORY.upper()], ids=["two sentences", "a headline", "capitals"])
def test_an_old_charset_is_recognised_by_how_its_text_reads(text: str, charset: str) -> None:
    if charset == "tcvn3":
        text = "".join(letter if letter.isascii() else letter.lower() for letter in text)
    found = recognise(encode(text, charset))
    assert found is not None
    assert found.charset == charset


def test_capitals_with_tones_tell_tcvn_5712_from_tcvn3() -> None:
    found = recognise(encode("HỘI NGHỊ TỔNG KẾT MÙA VỤ. " + STORY, "tcvn5712"))
    assert found is not None
    assert found.charset == "tcvn5712"


@pytest.mark.parametrize(
    "raw",
    [*(text.encode("cp1252") for text in FOREIGN.values()), CZECH.encode("cp1250"), CZECH.encode("iso8859-2"),
     RUSSIAN.encode("cp1251"), RUSSIAN.encode("koi8-r"), RUSSIAN.encode("cp866")],
    ids=[*FOREIGN, "Czech", "Czech, ISO", "Russian", "Russian, KOI8", "Russian, DOS"],
)  # fmt: skip
def test_another_language_is_never_taken_for_vietnamese(raw: bytes) -> None:
    assert recognise(raw) is None


@pytest.mark.parametrize("text", ["Tin vắn", "Họp xã", "Là, đã", ""])
def test_a_few_words_prove_nothing(text: str) -> None:
    assert recognise(encode(text, "vni")) is None


def test_one_byte_that_stands_for_nothing_is_enough_to_refuse() -> None:
    assert recognise(encode(STORY, "vni") + b" caf\xe9") is None


def test_far_behind_the_part_that_is_judged_every_byte_must_still_map() -> None:
    assert recognise(encode(STORY * 60, "vni") + b"\xff") is None


@given(st.binary())
def test_whatever_the_bytes_what_is_recognised_can_be_read(raw: bytes) -> None:
    found = recognise(raw)
    assert found is None or legacy.decode(raw, found.charset)
