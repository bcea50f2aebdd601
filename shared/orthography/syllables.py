"""Is this word a syllable that Vietnamese can have? By its sounds, not by a list of words."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

# The five marks that a vowel can bear, letter by letter; a vowel without one is the sixth tone.
_TONES = {
    "a": "àáảãạ", "ă": "ằắẳẵặ", "â": "ầấẩẫậ", "e": "èéẻẽẹ", "ê": "ềếểễệ", "i": "ìíỉĩị", "o": "òóỏõọ", "ô": "ồốổỗộ",
    "ơ": "ờớởỡợ", "u": "ùúủũụ", "ư": "ừứửữự", "y": "ỳýỷỹỵ",
}  # fmt: skip

# The rimes, by the vowel they begin with. A capital is the vowel that bears the tone; where the press has two habits
# (hòa and hoà) the rime stands here twice.
_A = "A Ac Ach Ai Am An Ang Anh Ao Ap At Au Ay Ă Ăc Ăm Ăn Ăng Ăp Ăt Â Âc Âm Ân Âng Âp Ât Âu Ây"
_O = "O Oc Oi Om On Ong Op Ot oOc oOng Ô Ôc Ôi Ôm Ôn Ông Ôp Ôt Ơ Ơi Ơm Ơn Ơp Ơt"
_U = "U Uc Ui Um Un Ung Up Ut Ua uÔc uÔi uÔm uÔn uÔng uÔt Ư Ưc Ưi Ưm Ưn Ưng Ưt Ưu Ưa ưƠc ưƠi ưƠm ưƠn ưƠng ưƠp ưƠt ưƠu"
_E = "E Ec Em En Eng Eo Ep Et Ê Êch Êm Ên Ênh Êp Êt Êu"
_I = "I Ich Im In Inh Ip It Iu Ia iÊc iÊm iÊn iÊng iÊp iÊt iÊu"
# With a rounded beginning: hoa, loe, tuân, thuê, huơ, tuy, thuyền.
_ROUNDED = (
    "oA Oa oAc oAch oAi oAm oAn oAng oAnh oAo oAp oAt oAy oĂc oĂm oĂn oĂng oĂt oE Oe oEn oEo oEt uÂn uÂng uÂt uÂy uÊ uÊch "
    "uÊnh uƠ uY Uy uYch uYnh uYt uYu uYp uYa uyÊn uyÊt"
)
# After q the u is written by rule: quá, quên, quốc, quý.
_AFTER_QU = (
    "A Ac Ach Ai An Ang Anh Ao Ap At Au Ay Ăc Ăm Ăn Ăng Ăp Ăt Ân Âng Ât Ây E En Eo Et Ê Êch Ên Ênh Êt Êu I In Inh It Ơ Ơn "
    "Y Ych Ynh Yt yÊn yÊt Ôc Ôi Ô"
)
# After gi, whose i swallows that of the rime: gì, gìn, giếng, giết.
_AFTER_G = "I In Im Ip iÊng iÊt iÊc iÊm iÊn"

# Before e, ê and i the same sound is written otherwise: ca but kê, ga but ghê, nga but nghê.
_ONLY_BEFORE_BACK = "c g ng"
_ONLY_BEFORE_FRONT = "k gh ngh"
_ANYWHERE = "b ch d đ h kh l m n nh p ph r s t th tr v x"
# Lý, kỹ sư, Mỹ, hy vọng, Thy: y for i, by habit.
_WITH_Y = "d h k l m n s t th v"

_PATTERNS: tuple[tuple[str, str], ...] = (
    (_ANYWHERE, f"{_A} {_O} {_U} {_E} {_I}"),
    ("d đ h kh l n nh r s t th tr x ch ng", _ROUNDED),
    (_ONLY_BEFORE_BACK, f"{_A} {_O} {_U}"),
    (_ONLY_BEFORE_FRONT, f"{_E} {_I}"),
    ("gi", f"{_A} {_O} {_U} {_E}"),
    ("g", f"{_AFTER_G} oA Oa"),
    ("qu", _AFTER_QU),
    (_WITH_Y, "Y"),
    # Without a consonant: a, ông, oan, ý, yêu.
    ("", f"{_A} {_O} {_U} {_E} {_I} {_ROUNDED} Y yÊm yÊn yÊng yÊt yÊu"),
    # Guests that stay: xe buýt, ô tô buýt, phuy, voan, khuỵu.
    ("b ph v", "uYt Uy oAn"),
)
# A syllable that ends so is short: it has the rising tone or the heavy one, and always one of them.
_STOPS = ("p", "t", "c", "ch")
_SHORT_TONES = (1, 4)

_WORD = re.compile(r"[^\W\d_]+")


class Rate(NamedTuple):
    """The share of syllables among the words of a text, and how many words there are."""

    share: float
    words: int


def is_syllable(word: str) -> bool:
    """Can Vietnamese have this word as one syllable, however it is capitalised? `word` is in NFC."""
    return word in (known := syllables()) or word.lower() in known


def rate(text: str) -> Rate:
    """How much of a text reads as Vietnamese. `text` is in NFC."""
    return rate_of(_WORD.findall(text))


def rate_of(words: Iterable[str]) -> Rate:
    """How many of these words are syllables."""
    known = syllables()
    count = hits = 0
    for word in words:
        count += 1
        hits += word in known or word.lower() in known
    return Rate(hits / count if count else 0.0, count)


@cache
def syllables() -> frozenset[str]:
    """All of them, in small letters: some twenty thousand, most of which no dictionary has."""
    return frozenset(
        syllable for onsets, rimes in _PATTERNS for syllable in _spelt(onsets.split() or [""], rimes.split())
    )


def _spelt(onsets: list[str], rimes: list[str]) -> Iterator[str]:
    for onset, rime in product(onsets, rimes):
        place = next(index for index, letter in enumerate(rime) if letter.isupper())
        before, vowel, after = onset + rime[:place].lower(), rime[place].lower(), rime[place + 1 :]
        short = after.endswith(_STOPS)
        if not short:
            yield before + vowel + after
        for tone, letter in enumerate(_TONES[vowel]):
            if not short or tone in _SHORT_TONES:
                yield before + letter + after
