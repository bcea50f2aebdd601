"""The second stage: by what the text is known again."""

import hashlib

from services.enrich.text.article import Article
from services.enrich.text.vietnamese import fold

VERSION = "1"


def fingerprint(article: Article) -> Article:
    """Give the article the key that all texts of the same words have: a hash of the folded text of all its blocks."""
    folded = fold("\n".join(block.text for block in article.blocks))
    return article.evolve(exact_key=hashlib.blake2b(folded.encode(), digest_size=16).digest())
