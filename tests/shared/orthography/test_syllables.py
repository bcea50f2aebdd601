import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.orthography.syllables import Rate, is_syllable, rate, syllables

PEOPLE_WRITE = """
    nghiêng ngoằn nguệch khuỷu khuya thuở quý quỳ quốc quẹo quyết gì gìn giếng giết giữ giòn nghĩa kỹ lý Mỹ hy yêu yếng ý
    ỷ oan uống ướt ươm uỷ ủy hoà hòa khoẻ khỏe thuý thúy loạn xoong soóc hoằng toẹt huơ tuần luật luýnh huỳnh rượu hươu
    bưu cừu chuông suối đuốc muộn tuyệt xuyên uỵch ĐẢNG Đảng Xã HỘI phở rượu buýt voan ngoẻo ngoáy khuây a ạ ơ ở u ừ
"""
NOBODY_WRITES = """
    zăng fở jút wờ khàp mạch1 càp kạp thìch đèc toằp ca2 kà kô ghà nga2 nghà ngề cê gê ceo qa quôm qươ giy nguyp
    straße école garçon über schön españa İzmir naïve thưở đêù mơí câụ thàanh ưông uơc aeo oaoa bcd tr ngh ubnd hđnd đt
"""


@pytest.mark.parametrize("word", PEOPLE_WRITE.split())
def test_what_vietnamese_can_say_is_a_syllable(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", NOBODY_WRITES.split())
def test_what_it_cannot_say_is_none(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize("rime", ["ap", "ât", "iêc", "ich", "oăt", "uych"])
def test_a_stopped_syllable_has_one_of_two_tones(rime: str) -> None:
    ending = rime.lstrip("aâiêoăuy") or rime
    found = {word for word in syllables() if word.startswith("th") and word.endswith(ending)}
    assert found
    assert not {word for word in found if set(word) & set("àằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹ")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mưa lớn, nước sông dâng cao.", Rate(1.0, 6)),
        ("UBND xã họp", Rate(2 / 3, 3)),
        ("Der Fluss führt Hochwasser", Rate(0.0, 4)),
        ("5/9/2025 – 17:30", Rate(0.0, 0)),
        ("", Rate(0.0, 0)),
    ],
)
def test_the_rate_is_the_share_of_syllables_among_the_words(text: str, expected: Rate) -> None:
    assert rate(text) == expected


@given(st.sampled_from(sorted(syllables())))
def test_a_syllable_stays_one_however_it_is_capitalised(word: str) -> None:
    assert (is_syllable(word.upper()), is_syllable(word.capitalize())) == (True, True)


@given(st.text())
def test_whatever_the_text_the_rate_is_a_share(text: str) -> None:
    assert 0.0 <= rate(text).share <= 1.0
