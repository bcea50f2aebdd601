"""From the text as filed to the text that readers see: letters that were misread, invisible characters, odd blanks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.enrich.text.article import Note
from services.enrich.text.span import Edit, OffsetMap, Span, edited
from services.enrich.text.vietnamese import compose
from shared.orthography.misread import find_misread
from shared.orthography.recognition import score_of
from shared.orthography.syllables import is_syllable

# Letters that look like Đ and đ, and are Icelandic or African.
_LIKE_D = {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"}
_WORD_LIKE_D = re.compile(r"[^\W\d_]*[ÐðƉɖ][^\W\d_]*")
_A_LIKE_D = re.compile("[ÐðƉɖ]")
# Two words with Vietnamese letters tell the language of a headline: "Ðà Nẵng". An Icelandic text scores 0.1.
_LEAST_WORDS, _LEAST_VALUE = 2, 0.25

# Controls but for line breaks and tabs; soft hyphens; what has no width; marks of direction. A joiner between pictures
# makes one picture of two, and stays.
_INVISIBLE = (
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb]|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
)
_BLANK = "[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_ODD = re.compile(f"(?P<blank>{_BLANK})|(?:{_INVISIBLE})+")

# A note shows where, but a text can have thousands of such places.
_MOST_SPANS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """A mended text in NFC, the way back to the filed text, and what a reader should know was done."""

    text: str
    offsets: OffsetMap
    notes: tuple[Note, ...]


def mend(text: str, under: OffsetMap | None = None) -> Mended:
    """Mend a text: the one that was filed, or one that `under` leads back from.

    Digits, quotes, dashes and words stay as they are, and so does every line break.
    """
    notes: list[Note] = []
    # Before: one letter that stands apart hides what its neighbours are. And again: marks come together meanwhile.
    text, under = _composed(text, under)
    text, under = _reread(text, under, notes)
    text, under = _without_odd_ones(text, under)
    text, under = _composed(text, under)
    text, under = _with_our_d(text, under, notes)
    return Mended(text=text, offsets=under or OffsetMap(), notes=tuple(notes))


def _composed(text: str, under: OffsetMap | None) -> tuple[str, OffsetMap | None]:
    """Every letter and its marks as one character where there is one (NFC)."""
    composed, offsets = compose(text, under=under)
    return composed, offsets if offsets.changes else under


def _reread(text: str, under: OffsetMap | None, notes: list[Note]) -> tuple[str, OffsetMap | None]:
    """Undo what was misread."""
    found = find_misread(text)
    notes += [_note("mended_encoding", each.reason, [Span(each.start, each.end)], under) for each in found]
    return _edited(text, [Edit(*change) for each in found for change in each.changes], under)


def _with_our_d(text: str, under: OffsetMap | None, notes: list[Note]) -> tuple[str, OffsetMap | None]:
    """Write Đ for what only looks like it, where the text is Vietnamese and the word can be."""
    if not any(letter in text for letter in _LIKE_D):
        return text, under
    score = score_of(_A_LIKE_D.sub(_our_d, text))
    if score.words < _LEAST_WORDS or score.value < _LEAST_VALUE:
        return text, under
    edits = [edit for word in _WORD_LIKE_D.finditer(text) for edit in _letters_of(word)]
    if edits:
        what = ", ".join(f"{wrong} for {_LIKE_D[wrong]}" for wrong in sorted({text[edit.start] for edit in edits}))
        notes.append(_note("mended_letters", what, [Span(edit.start, edit.end) for edit in edits], under))
    return _edited(text, edits, under)


def _letters_of(word: re.Match[str]) -> Iterator[Edit]:
    """The letters to mend in a word. Icelandic never begins with ð: Sigurður stays what he is."""
    if word[0][0] in _LIKE_D or word[0].isupper() or is_syllable(_A_LIKE_D.sub(_our_d, word[0])):
        for letter in _A_LIKE_D.finditer(word[0]):
            yield Edit(word.start() + letter.start(), word.start() + letter.end(), _our_d(letter))


def _our_d(letter: re.Match[str]) -> str:
    return _LIKE_D[letter[0]]


def _without_odd_ones(text: str, under: OffsetMap | None) -> tuple[str, OffsetMap | None]:
    """Every blank a space, and nothing that cannot be seen."""
    # All of them are unprintable, and few texts have any: this is three times as fast as to look for them.
    if all(map(str.isprintable, text.split("\n"))):
        return text, under
    edits = [Edit(found.start(), found.end(), " " if found["blank"] else "") for found in _ODD.finditer(text)]
    return _edited(text, edits, under)


def _edited(text: str, edits: Sequence[Edit], under: OffsetMap | None) -> tuple[str, OffsetMap | None]:
    return (edited(text, edits), OffsetMap.of(edits, under=under)) if edits else (text, under)


def _note(code: str, detail: str, spans: Sequence[Span], under: OffsetMap | None) -> Note:
    filed = (under.filed(span.start, span.end) if under else span for span in spans[:_MOST_SPANS])
    return Note(code=code, detail=detail, spans=tuple(filed))  # type: ignore[arg-type]  # both callers name a code of ours
