"""Captions, with and without a marker, and what stands in the place of pictures."""

import re

from services.enrich.text.structure.draft import Draft
from services.enrich.text.structure.lines import Line
from services.enrich.text.structure.words import pattern

_LONGEST_CAPTION = 400
_LONGEST_UNMARKED = 200
_LONGEST_FOLLOWING = 170
_CLOSING_ROOM = 100
"""How many characters before the end of a line the credit of its picture may begin."""
_SYLLABLE = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?P<word>\w*)[.!?…][\"”’)]?\s+[\"“(]?(?P<next>\w)")
# The closing pattern is slow: this tells where it cannot match.
_CREDIT = re.compile(r"(?:ảnh|photo|họa)\s*:|[(\[–—-]\s*(?:nguồn\s+)?(?:ảnh|hình|photo|đồ họa|infographic)")
_ENDS = (". ", "! ", "? ", "… ", '." ', ".” ", '?" ', "?” ", '!" ', "!” ", ".) ", ".\t")
# A point after these ends no sentence.
_SHORTENED = frozenset(
    {"TP", "Tp", "TS", "ThS", "BS", "GS", "PGS", "KTS", "NS", "TT", "TX", "Q", "P", "H", "Ô", "Mr", "Mrs", "Dr"}
)


def mark_pictures(draft: Draft, headline: int) -> None:
    """Claim the lines that are marked as captions or stand for pictures, and the captions that follow the latter."""
    title = draft.parts[headline][-1].text
    for index in draft.open():
        if index < headline:
            continue
        line = draft.lines[index]
        if is_placeholder(line):
            draft.mark(index, "placeholder", "structure.placeholder", 0.95, "stands where a picture was")
        elif number := _numbered(line):
            picture = int(number["number"])
            if _same_words(line.text[: number.start()], title):
                draft.mark(
                    index,
                    "placeholder",
                    "structure.numbered",
                    0.98,
                    "the headline with a picture's number",
                    picture=picture,
                )
            else:
                draft.mark(
                    index,
                    "caption",
                    "structure.caption_numbered",
                    0.95,
                    "ends with a picture's number",
                    picture=picture,
                )
        elif _is_marked(line):
            draft.mark(index, "caption", "structure.caption_marked", 0.95, "says that it is about a picture")
        elif _follows_placeholder(draft, index) and is_one_sentence(line, _LONGEST_FOLLOWING):
            picture_above = draft.parts[index - 1][-1].picture
            draft.mark(
                index, "caption", "structure.caption_follows", 0.85, "one short sentence after a picture's place",
                picture=picture_above,
            )  # fmt: skip


def mark_unmarked_captions(draft: Draft, headline: int) -> None:
    """Claim short paragraphs that only say again what headline and lead say: captions that lost their pictures."""
    body = [index for index in draft.open() if index > headline]
    if len(body) < 3:
        return
    title = _syllables(draft.parts[headline][-1].text)
    told = set(title) | set(_syllables(draft.lines[body[0]].text))
    for index in body[1:]:
        line = draft.lines[index]
        if len(line.text) > _LONGEST_UNMARKED or line.text[-1] in ":?!":
            continue
        if _says_again(_syllables(line.text), title, told) and is_one_sentence(line, _LONGEST_UNMARKED):
            draft.mark(
                index,
                "caption",
                "structure.caption_unmarked",
                0.65,
                "a short paragraph in the words of headline and lead",
            )


def is_placeholder(line: Line) -> bool:
    """Does the line hold nothing but a picture's number or file name, or a word for a picture?"""
    if len(line.text) > 120 or (len(line.text) > 40 and "." not in line.text):
        return False
    return bool(
        pattern("placeholder", "alone").fullmatch(line.folded) or pattern("placeholder", "file").fullmatch(line.folded)
    )


def is_one_sentence(line: Line, longest: int) -> bool:
    """Is the line one sentence of at most `longest` characters, without a semicolon, and no more?"""
    if len(line.text) > longest or ";" in line.text:
        return False
    if not any(end in line.text for end in _ENDS):
        return True
    ends = _SENTENCE_END.finditer(line.text)
    return not any(end["next"].isupper() and end["word"] not in _SHORTENED for end in ends)


def _numbered(line: Line) -> re.Match[str] | None:
    """The picture's number at the end of a line, with the dash before it."""
    if not line.text.rstrip(" .")[-1:].isdigit():
        return None
    dash = max(line.folded.rfind(sign) for sign in "-–—")
    if dash < 0:
        return None
    blank = len(line.folded[:dash].rstrip())
    return pattern("placeholder", "numbered").fullmatch(line.folded, blank)


def _is_marked(line: Line) -> bool:
    if len(line.text) > _LONGEST_CAPTION or pattern("byline", "labels").match(line.folded):
        return False
    if pattern("caption", "opening").match(line.folded):
        return True
    room = line.folded[-_CLOSING_ROOM:]
    if not _CREDIT.search(room):
        return False
    return any(match.end() == len(room) for match in pattern("caption", "closing").finditer(room))


def _follows_placeholder(draft: Draft, index: int) -> bool:
    return draft.kind(index - 1) == "placeholder" and index + 1 < len(draft.lines) and not draft.lines[index].rule


def _same_words(one: str, other: str) -> bool:
    ours, theirs = _syllables(one), _syllables(other)
    return (
        not ours
        or ours == theirs
        or (len(ours) >= 4 and len(set(ours) & set(theirs)) >= 0.9 * len(set(ours) | set(theirs)))
    )


def _says_again(syllables: list[str], title: list[str], told: set[str]) -> bool:
    if len(syllables) < 6:
        return False
    known = sum(map(told.__contains__, syllables)) / len(syllables)
    begins_alike = syllables[:3] == title[:3]
    return known >= 0.9 or (begins_alike and known >= 0.65)


def _syllables(text: str) -> list[str]:
    return _SYLLABLE.findall(text.lower())
