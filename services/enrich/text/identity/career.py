"""What an article says of a person that can be held against what others say: rank, post, body, province, day."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from services.enrich.text.article import Article, Person, Position
from services.enrich.text.identity.subjects import LONGEST_NAME
from services.enrich.text.identity.words import begins_with, holds, lists, words
from services.enrich.text.named import Fact, Service, Subject
from services.enrich.text.period import days_of
from shared.orthography.search import folded

_FILE = "ladders"


def day_of(article: Article) -> date | None:
    """The day of an article: that of publication, else that of the event."""
    for told in (article.published, article.event):
        if told.value and (days := days_of(told.value)):
            return days[0]
    return None


def career_of(article: Article, person: Person, bodies: Mapping[str, Subject]) -> tuple[Fact, ...]:
    """The facts of a person, each once and in order; none where the article gives neither rank of service nor post.

    `bodies` are the article's organisations by their folded names.
    """
    day = day_of(article)
    quarter = day and date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    rank = step_of(person.rank.text) if person.rank else 0
    facts = {_fact(quarter, rank, position, bodies) for position in person.positions}
    service = next((fact.service for fact in facts if fact.service), "")
    if not facts and rank:
        facts = {Fact(quarter=quarter, service="", rank=rank, post="", body="", province="", level=0)}
    return tuple(sorted((_with_service(fact, service) for fact in facts), key=_order))


def _order(fact: Fact) -> tuple[object, ...]:
    return (fact.service, fact.rank, fact.post, fact.body, fact.province, fact.level)


def _with_service(fact: Fact, service: str) -> Fact:
    """The same fact: a rank is of the service that any of the posts tells of."""
    return Fact(
        quarter=fact.quarter, service=service if fact.rank else fact.service, rank=fact.rank, post=fact.post,
        body=fact.body, province=fact.province, level=fact.level,
    )  # fmt: skip


def _fact(quarter: date | None, rank: int, position: Position, bodies: Mapping[str, Subject]) -> Fact:
    post = folded(position.text)
    organisation = folded(position.organisation or "")
    body = bodies.get(organisation)
    said = _without_body(post, organisation)[:LONGEST_NAME]
    if begins_with(post, words(_FILE, "posts", "former")):
        # It dates nothing, and stands against nothing.
        return Fact(quarter=None, service="", rank=0, post=said, body=body.key if body else "", province="", level=0)
    beside = begins_with(post, words(_FILE, "posts", "beside"))
    return Fact(
        quarter=quarter,
        service=_service(f"{organisation} {post}"),
        rank=rank,
        post=said,
        body=body.key if body else "",
        province="" if beside or body is None else body.province,
        level=0 if beside else body.level if body else 0,
    )


def _without_body(post: str, organisation: str) -> str:
    """What a folded post is without its body, whole or short: "phó giám đốc" of "phó giám đốc công an tỉnh"."""
    head = " ".join(organisation.split(" ")[:2])
    return post.partition(f" {head}")[0] if head else post


def is_national(post: str) -> bool:
    """Does the folded post alone say who it is?"""
    return post in words(_FILE, "posts", "national")


def step_of(rank: str) -> int:
    """The step of a rank as worded, 1 the lowest; 0 for degrees and other titles."""
    return next((step for word, step in _steps().items() if word in folded(rank)), 0)


@cache
def _steps() -> dict[str, int]:
    """Each rank's step; "phó đô đốc" before "đô đốc", which it holds."""
    steps = {folded(word): step for step, ranks in enumerate(lists(_FILE)["ranks"]["steps"], start=1) for word in ranks}
    return dict(sorted(steps.items(), key=lambda item: -len(item[0])))


def _service(text: str) -> Service:
    if holds(text, words(_FILE, "services", "army")):
        return "army"
    return "police" if holds(text, words(_FILE, "services", "police")) else ""
