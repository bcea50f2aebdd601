"""What articles would say that a shadow has read before: kept in memory, for it writes nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.enrich.text.article import Article
from services.enrich.text.duplicates import Candidate, pack, unpack

MOST = 100_000
"""Articles that are remembered, some 300 MB; of more the earliest are forgotten, and others are held against what is kept."""
_NEWEST = 30
"""Articles under one key, as in the database (services/enrich/records/fingerprints.py)."""


class Renewed:
    """Articles of which something else counts than the database has, by what it is now."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[UUID, tuple[bytes, bytes, tuple[int, ...]]] = {}
        self._by_band: dict[int, list[UUID]] = {}
        self._by_key: dict[bytes, UUID] = {}
        self._originals: dict[UUID, UUID | None] = {}

    def add(self, article: Article) -> None:
        """From now on others are held against what this one says now."""
        assert article.said is not None
        while len(self._kept) >= self._most:
            self._forget(next(iter(self._kept)))
        bands = tuple(set(article.bands))
        self._kept[article.id] = article.exact_key, pack(article.said), bands
        self._by_key.setdefault(article.exact_key, article.id)
        for band in bands:
            self._by_band.setdefault(band, []).append(article.id)

    def tie(self, article: UUID, original: UUID | None) -> None:
        """From now on the article is a duplicate of that original, or of none."""
        self._originals[article] = original

    def canonical(self, article: UUID, known: UUID) -> UUID:
        """The original of an article, or itself, given which it is in the database."""
        original = self._originals.get(article, known) or article
        return self._originals.get(original) or original

    def is_hidden(self, article: UUID | None) -> bool:
        """Is it a duplicate by now?"""
        return article is not None and self._originals.get(article) is not None

    def among(self, article: Article, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates that the database has, with those that are here in their places; the likeliest first."""
        shared = Counter(id for band in set(article.bands) for id in self._by_band.get(band, ())[-_NEWEST:])
        del shared[article.id]
        here = [Candidate(id=id, said=unpack(self._kept[id][1]), shared=count) for id, count in shared.items()]
        found = [*(one for one in candidates if one.id not in self._kept), *here]
        return sorted(found, key=lambda one: -one.shared)

    def holding(self, originals: Mapping[bytes, UUID], articles: Sequence[Article]) -> dict[bytes, UUID]:
        """Whose the words of articles are, given whose they are in the database."""
        here = {one.exact_key: self._by_key[one.exact_key] for one in articles if one.exact_key in self._by_key}
        return {key: id for key, id in originals.items() if id not in self._kept} | here

    def _forget(self, id: UUID) -> None:
        key, _, bands = self._kept.pop(id)
        if self._by_key.get(key) == id:
            del self._by_key[key]
        for band in bands:
            self._by_band[band].remove(id)
            if not self._by_band[band]:
                del self._by_band[band]
