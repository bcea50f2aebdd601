"""The fifth stage: by what the text is known again."""

import hashlib

from services.enrich.text.article import Article
from services.enrich.text.vietnamese import fold

VERSION = "2"

_NOT_SAID = frozenset({"caption", "placeholder", "tail"})
"""Parts that come and go between two filings of one article."""


def fingerprint(article: Article) -> Article:
    """Give the article the key that all texts of the same words have: a hash of its folded text.

    Captions, pictures' places and tails do not count.
    """
    folded = fold("\n".join(block.text for block in article.blocks if block.kind not in _NOT_SAID))
    return article.evolve(exact_key=hashlib.blake2b(folded.encode(), digest_size=16).digest())
