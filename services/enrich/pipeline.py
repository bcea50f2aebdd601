"""What is done to every bulletin, in order."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter
from types import MappingProxyType
from uuid import UUID

from services.enrich.text.abbreviations import find_abbreviations
from services.enrich.text.article import Article, Said
from services.enrich.text.clean import clean
from services.enrich.text.credits import find_credits
from services.enrich.text.dates import find_dates
from services.enrich.text.duplicates import Candidate, Judged, fingerprint, relate
from services.enrich.text.entities import find_entities
from services.enrich.text.identity import find_subjects
from services.enrich.text.lexemes import find_lexemes
from services.enrich.text.places import find_places
from services.enrich.text.slips import find_slips
from services.enrich.text.stories import find_telling_words

Stage = Callable[[Article], Article]

STAGES: tuple[Stage, ...] = (
    clean,
    find_credits,
    find_abbreviations,
    find_slips,
    fingerprint,
    find_telling_words,
    find_dates,
    find_entities,
    find_places,
    find_subjects,
    find_lexemes,
)
"""What needs the bulletin alone. It comes first, before any lock is taken."""


def read(
    article: Article,
    stages: Iterable[Stage],
    clock: Callable[[], float],
    times: dict[str, float] | None = None,
    at: Callable[[str], None] | None = None,
) -> tuple[Article, dict[str, float]]:
    """The article with everything that its own text says, and the milliseconds of each stage by its name.

    `times` is filled as it goes: where a stage raises, those before it are in there. `at` is told each stage as it begins.
    """
    times = {} if times is None else times
    before = clock()
    for stage in stages:
        if at is not None:
            at(stage.__name__)
        article = stage(article)
        times[stage.__name__] = round(((now := clock()) - before) * 1000, 3)
        before = now
    return article, times


def failed_stage(stages: Iterable[Stage], times: Mapping[str, float]) -> str | None:
    """The stage that raised in `read`, by what it left in `times`; None if all were done."""
    return next((stage.__name__ for stage in stages if stage.__name__ not in times), None)


def understand(article: Article) -> Article:
    """The article after all stages that need the bulletin alone."""
    for stage in STAGES:
        article = stage(article)
    return article


_OF_EVERYTHING = """THỜI SỰ
Mở lớp học bơi ở Cồn Phụng (17/4)

Bến Tre, 17/4/2025 – Sáng nay, Ủy ban nhân dân (UBND) xã mở lớp học bơi cho trẻ em, kéo dài ba tuần.

Mở lớp học bơi ở Cồn Phụng (17/4) - Ảnh 1.

Trẻ em tập bơi. Ảnh: CTV

- Lớp thứ nhất: 15 em;
- Lớp thứ hai: 20 em.

Lê Thị An (Báo Bến Tre)

Nguồn: TTXVN

Hotline: 1900 1234
"""


def warm_up() -> None:
    """Make the lists and patterns of all stages now, and not in the first bulletin's time."""
    understand(Article(id=UUID(int=0), filed=_OF_EVERYTHING))


def settle(
    articles: Iterable[Article],
    originals: Mapping[bytes, UUID],
    archive: Mapping[UUID, Sequence[Candidate]],
    judged: Judged,
    apart: Mapping[UUID, AbstractSet[UUID]] = MappingProxyType({}),
    revised: AbstractSet[UUID] = frozenset(),
) -> list[Article]:
    """The last stage, which needs to know the others: each article with its relations to earlier ones.

    `originals` are the articles of the same keys, `archive` has those of similar texts by the id of each of `articles`.
    The earlier of two articles in one batch is the original of the later. `judged` holds what was found of two articles
    before, and what is found now. `apart` are those with which one of `articles` is not compared: a person said that it is no
    duplicate of them, or it is the same article in an earlier version. `revised` go on existing, whatever they say.
    """
    known, mates = dict(originals), _Mates()
    settled = []
    for article in articles:
        others = apart.get(article.id, frozenset())
        likely = [one for one in (*archive.get(article.id, ()), *mates.like(article)) if one.id not in others]
        likely.sort(key=attrgetter("shared"), reverse=True)
        original = known.get(article.exact_key)
        related = relate(article, None if original in others else original, likely, judged)
        settled.append(related)
        if related.duplicate is None or article.id in revised:
            known.setdefault(article.exact_key, article.id)
            mates.add(article)
    return settled


class _Mates:
    """The articles of a batch that are no duplicates, by their bands: the archive does not hold them yet."""

    def __init__(self) -> None:
        self._said: dict[UUID, Said] = {}
        self._by_band: dict[int, list[UUID]] = {}

    def add(self, article: Article) -> None:
        """Those that come after it in the batch may say the same."""
        if article.said is not None:
            self._said[article.id] = article.said
            for key in set(article.bands):
                self._by_band.setdefault(key, []).append(article.id)

    def like(self, article: Article) -> list[Candidate]:
        """Those that share bands with it."""
        shared = Counter(id for key in set(article.bands) for id in self._by_band.get(key, ()))
        return [Candidate(id=id, said=self._said[id], shared=count) for id, count in shared.items()]


@cache
def version() -> str:
    """The version of all this: a hash over the code and the data of text/, the orthography and the map, and over this order."""
    digest = hashlib.blake2b(digest_size=6)
    known = [*_contents(files(__package__) / "text", "text")]
    for room in ("orthography", "places"):
        known += _contents(files(f"shared.{room}"), room)
    for path, content in sorted(known):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    digest.update(",".join(stage.__name__ for stage in STAGES).encode())
    return digest.hexdigest()


def _contents(folder: Traversable, name: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _contents(entry, f"{name}/{entry.name}")
        else:
            yield f"{name}/{entry.name}", entry.read_bytes()
