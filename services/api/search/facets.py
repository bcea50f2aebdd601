"""What is found, counted by source, kind, entity, province and month."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import CTE, Connection, Select, String, Text, cast, func, literal, null, select, union_all

from services.api.search.find import Wanted, hits, in_session
from shared.ids import ENTITY
from shared.places.units import forms
from shared.tables.articles import article_version, readable_article
from shared.tables.entities import article_entity, entity
from shared.tables.search import article_search

Facet = Literal["source", "kind", "type", "entity", "person", "org", "place", "law", "province", "month"]

MOST_COUNTED = 5_000
"""So many of the newest articles that are found are counted."""
_MOST_VALUES = 50
_TYPES = {"entity": None, "person": "person", "org": "organization", "place": "place", "law": "document"}


class Counted(NamedTuple):
    """Of each facet its values, what they are called and how many articles have them; how many articles were counted, and whether these are surely all that is found."""

    counts: dict[str, list[dict[str, Any]]]
    articles: int
    complete: bool


def facets(tx: Connection, wanted: Wanted, asked: Sequence[Facet]) -> Counted:
    """Of each facet the 50 most frequent values among the newest 5,000 articles that are found."""
    hit = hits(wanted, most=MOST_COUNTED).cte("hit").prefix_with("MATERIALIZED")
    size = select(literal("").label("facet"), null().label("value"), null().label("name"), func.count()).select_from(
        hit
    )
    in_session(tx)
    rows = tx.execute(union_all(size, *(select(_facet(name, hit).subquery()) for name in asked))).all()
    found = next(row[3] for row in rows if not row[0])
    counts: dict[str, list[dict[str, Any]]] = {name: [] for name in asked}
    for facet, value, name, count in rows:
        if facet:
            counts[facet].append({**_shown(facet, value, name), "count": count})
    return Counted(counts, found, found < MOST_COUNTED)


def _shown(facet: str, value: str, name: str | None) -> dict[str, Any]:
    if facet in _TYPES:
        return {"value": f"{ENTITY}{value.replace('-', '')}", "name": name}
    if facet == "province" and (units := forms(value)):
        return {"value": value, "name": units[-1].name}
    return {"value": value, "name": value}


def _facet(name: Facet, hit: CTE) -> Select[Any]:
    """Rows of the facet's name, a value, what that is called, and a count."""
    if name in _TYPES:
        return _of_entities(name, hit)
    if name == "type":
        value: Any = article_entity.c.type
        source = select().join_from(hit, article_entity, _named_in(hit))
    elif name == "province":
        value = func.unnest(article_search.c.provinces)
        source = select().join_from(hit, article_search, article_search.c.article_id == hit.c.article_id)
    elif name == "month":
        value = func.to_char(article_search.c.published_on, "YYYY-MM")
        source = (
            select()
            .join_from(hit, article_search, article_search.c.article_id == hit.c.article_id)
            .where(article_search.c.published_days.is_not(None))
        )
    elif name == "kind":
        value = article_version.c.kind
        current = (article_version.c.article_id == hit.c.article_id) & (article_version.c.version == hit.c.version)
        source = select().join_from(hit, article_version, current)
    else:
        value = readable_article.c.source
        source = (
            select()
            .join_from(hit, readable_article, readable_article.c.id == hit.c.article_id)
            .where(readable_article.c.source.is_not(None))
        )
    each = source.add_columns(cast(value, Text).label("value"), hit.c.article_id).distinct().subquery()
    return (
        select(
            literal(name).label("facet"), each.c.value, cast(null(), String).label("name"), func.count().label("count")
        )
        .group_by(each.c.value)
        .order_by(func.count().desc(), each.c.value.desc() if name == "month" else each.c.value)
        .limit(_MOST_VALUES)
    )


def _of_entities(name: Facet, hit: CTE) -> Select[Any]:
    # One that was merged counts as the one it leads to, and an article that names both once.
    lead = entity.alias("lead")
    type = _TYPES[name]
    id = func.coalesce(entity.c.lead_id, entity.c.id)
    named = (
        select(id.label("id"), func.count(hit.c.article_id.distinct()).label("count"))
        .join_from(hit, article_entity, _named_in(hit))
        .join(entity, entity.c.id == article_entity.c.entity_id)
        .group_by(id)
    )
    if type:
        named = named.where(article_entity.c.type == type)
    most = named.order_by(func.count(hit.c.article_id.distinct()).desc(), id).limit(_MOST_VALUES).subquery()
    return (
        select(literal(name).label("facet"), cast(most.c.id, Text).label("value"), lead.c.name, most.c.count)
        .join_from(most, lead, lead.c.id == most.c.id)
        .order_by(most.c.count.desc(), lead.c.name_order, lead.c.id)
    )


def _named_in(hit: CTE) -> Any:
    return (article_entity.c.article_id == hit.c.article_id) & (article_entity.c.version == hit.c.version)
