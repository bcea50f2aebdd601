"""The last decision: does an earlier article already say this?"""

from collections.abc import Mapping
from uuid import UUID

from services.enrich.text import fingerprint
from services.enrich.text.article import Article, Basis, Duplicate

_EXACT = Basis(method="duplicates.exact", version=fingerprint.VERSION, confidence=1.0)


def find_duplicate(article: Article, originals: Mapping[bytes, UUID]) -> Article:
    """Tie the article to the original of the same key, if there is one among `originals` (article ids by key)."""
    original = originals.get(article.exact_key)
    if original is None:
        return article
    found = Duplicate(
        original=original,
        kind="exact",
        score=1.0,
        reason="the folded text is the same, letter for letter, but for captions and tails",
        basis=_EXACT,
    )
    return article.evolve(duplicate=found)
