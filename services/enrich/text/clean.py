"""The first stage: which parts a bulletin has, and the clean text of each."""

import re

from services.enrich.text.article import Article, Basis, Block, UnreadableBulletin
from services.enrich.text.span import Span
from services.enrich.text.vietnamese import compose

VERSION = "1"

# Whatever old systems end a line with.
_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
# Every blank of Unicode that ends no line, and what cannot be seen.
_BLANKS = (
    "\t\x1f \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\ufeff\u200b\xad\x1a\x1b"
)


def clean(article: Article) -> Article:
    """Split the filed text into a headline, its first line, and paragraphs, one a line; compose the letters (NFC).

    Raises UnreadableBulletin if no line holds anything.
    """
    blocks: list[Block] = []
    for line in _LINE.finditer(article.filed):
        start, end = _without_blanks(line)
        if start < end:
            text, offsets = compose(article.filed[start:end], start)
            kind, basis = ("paragraph", _PARAGRAPH) if blocks else ("headline", _HEADLINE)
            blocks.append(Block(kind=kind, span=Span(start, end), text=text, offsets=offsets, basis=basis))  # type: ignore[arg-type]  # the two literals above
    if not blocks:
        raise UnreadableBulletin("the text holds nothing but blanks")
    return article.evolve(blocks=tuple(blocks))


_HEADLINE = Basis(method="clean.first_line", version=VERSION, confidence=0.8)
_PARAGRAPH = Basis(method="clean.line", version=VERSION, confidence=0.7)


def _without_blanks(line: re.Match[str]) -> tuple[int, int]:
    text = line[0]
    start = line.start() + len(text) - len(text.lstrip(_BLANKS))
    return start, max(start, line.start() + len(text.rstrip(_BLANKS)))
