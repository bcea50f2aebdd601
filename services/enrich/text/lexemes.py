"""By what an article is found: the lexemes of its parts, and the terms of its places."""

from collections.abc import Iterable

from services.enrich.text.article import Article
from services.enrich.text.places import terms_of
from shared.orthography.lexemes import BODY, BYLINE, CAPTION, LEAD, TITLE, Part, lexemes_of

_SIGNS = {"headline": TITLE, "lead": LEAD, "caption": CAPTION, "byline": BYLINE}
# Contacts, advertising and the places of pictures say nothing of what the article is about.
_LEFT_OUT = frozenset(["placeholder", "tail"])


def find_lexemes(article: Article) -> Article:
    """The article with the lexemes of its words and the terms of its places."""
    return article.evolve(
        lexemes=lexemes_of(parts_of((block.kind, block.text) for block in article.blocks)),
        place_terms=terms_of(article.places),
    )


def parts_of(blocks: Iterable[tuple[str, str]]) -> list[Part]:
    """The parts by whose words an article is found, of the kinds and texts of its blocks."""
    return [Part(_SIGNS.get(kind, BODY), text) for kind, text in blocks if kind not in _LEFT_OUT]
