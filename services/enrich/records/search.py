"""By what articles are found: every statement that keeps it. None commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.claims import Version
from services.enrich.text.lexemes import parts_of
from shared.contracts.states import PROBE
from shared.orthography.lexemes import FORM, lexemes_of, plain, with_facts, words

_MOST_FACT = 500
"""Letters of a sender's name or key that count; a lexeme holds 2046 bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What an article is found by: the lexemes of its words, the terms of its places, and what is known of it."""

    lexemes: str
    has_captions: bool
    place_terms: Sequence[str]
    source: str | None
    external_id: str | None
    sha256: bytes
    kind: str
    dated: str
    author: str | None


# The days, places and names are those that the version has; only its words are made here.
_KEEP = """
INSERT INTO article_search (article_id, version, at, published_on, event_on, published_days, event_days, mentioned_days,
                            provinces, form, facts, vector, pipeline)
SELECT article.id, article_version.version, article.available_at, coalesce(lower(published_days), '0001-01-01'),
       coalesce(lower(event_days), '0001-01-01'), published_days, event_days, mentioned_days,
       ARRAY(SELECT substr(term, 10) FROM unnest(place_terms) AS term WHERE starts_with(term, 'province ')),
       %(form)s, string_to_array(made.facts, E'\x1f') || more.facts,
       made.vector::tsvector || array_to_tsvector(ARRAY(SELECT '@' || unnest(more.facts))), article_version.pipeline
FROM unnest(%(ids)b::uuid[], %(facts)b::text[], %(vectors)b::text[]) AS made (id, facts, vector)
JOIN article ON article.id = made.id
JOIN article_version ON article_version.article_id = article.id AND article_version.version = article.current_version,
     LATERAL (SELECT day_facts(published_days, event_days, mentioned_days)
                     || name_facts(article.id, article_version.version)) AS more (facts)
ON CONFLICT (article_id) DO UPDATE SET
    version = excluded.version, at = excluded.at, published_on = excluded.published_on, event_on = excluded.event_on,
    published_days = excluded.published_days, event_days = excluded.event_days, mentioned_days = excluded.mentioned_days,
    provinces = excluded.provinces, form = excluded.form, facts = excluded.facts, vector = excluded.vector,
    pipeline = excluded.pipeline
"""


def keep(tx: Connection, versions: Sequence[Version]) -> None:
    """Let articles be found by what their current versions say; these and whom they name are in their tables already."""
    _keep(tx, {one.article.id: _said(one) for one in versions if one.current})


def _said(version: Version) -> Said:
    article, bulletin = version.article, version.bulletin
    return Said(
        lexemes=article.lexemes,
        has_captions=any(block.kind == "caption" for block in article.blocks),
        place_terms=article.place_terms,
        source=bulletin.source,
        external_id=bulletin.external_id,
        sha256=bulletin.raw_sha256,
        kind=version.kind,
        dated=article.published.status,
        author=article.byline.author if article.byline else None,
    )


def add_names(tx: Connection, ids: Sequence[UUID]) -> None:
    """Let articles be found by whom they name by now. By whom they named before they go on to be looked at, for nothing."""
    sql = """
    UPDATE article_search SET
        facts = ARRAY(SELECT DISTINCT unnest(facts || name_facts(article_id, version))),
        vector = vector || array_to_tsvector(ARRAY(SELECT '@' || unnest(name_facts(article_id, version))))
    WHERE article_id = ANY(%(ids)s)
    """
    tx.exec_driver_sql(sql, {"ids": list(ids)})


def show(tx: Connection, ids: Sequence[UUID]) -> None:
    """Let articles whose embargo is over stand where they now belong: by the time at which they became readable."""
    sql = """
    UPDATE article_search SET at = available_at FROM article
    WHERE article_id = ANY(%(ids)s) AND article.id = article_id
    """
    tx.exec_driver_sql(sql, {"ids": list(ids)})


def catch_up(tx: Connection, *, after: UUID, limit: int) -> UUID | None:
    """Look at the next `limit` articles behind `after`; let those be found that have no row, or one of an earlier form.

    Up to which article all is well now; None if there is none behind it. What another transaction holds is passed over:
    it is being revised there, and so made findable.
    """
    sql = """
    SELECT article.id, article_search.form IS NOT DISTINCT FROM %(form)s
           AND article_search.version IS NOT DISTINCT FROM article.current_version
           AND article_search.pipeline IS NOT NULL OR erased_at IS NOT NULL
           OR article.source IS NOT DISTINCT FROM %(probe)s AS known
    FROM article LEFT JOIN article_search ON article_id = article.id
    WHERE article.id > %(after)s ORDER BY article.id LIMIT %(limit)s
    """
    looked_at = tx.exec_driver_sql(sql, {"after": after, "limit": limit, "form": FORM, "probe": PROBE}).fetchall()
    if not looked_at:
        return None
    if missing := [row[0] for row in looked_at if not row[1]][:_AT_ONCE]:
        _keep(tx, _said_before(tx, missing))
        return missing[-1] if len(missing) == _AT_ONCE else looked_at[-1][0]  # type: ignore[no-any-return]  # an id
    return looked_at[-1][0]  # type: ignore[no-any-return]  # an id


_AT_ONCE = 25
"""Articles made findable in one transaction of the sweep: some 50 ms."""


def _said_before(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Said]:
    # Locked, so that nobody revises an article between the reading of its words and the keeping of them.
    sql = """
    SELECT article.id, jsonb_path_query_array(blocks, '$[*].kind') AS kinds,
           jsonb_path_query_array(blocks, '$[*].text') AS texts, place_terms, article.source, article.external_id,
           bulletin.raw_sha256, article_version.kind, article_version.published ->> 'basis' AS dated,
           byline ->> 'author' AS author
    FROM article JOIN article_version ON article_id = article.id AND version = current_version
    JOIN bulletin ON bulletin.id = bulletin_id
    WHERE article.id = ANY(%(ids)s) AND erased_at IS NULL FOR UPDATE OF article SKIP LOCKED
    """
    return {
        row[0]: Said(
            lexemes=lexemes_of(parts_of(zip(row.kinds, row.texts, strict=True))),
            has_captions="caption" in row.kinds,
            place_terms=row.place_terms,
            source=row.source,
            external_id=row.external_id,
            sha256=row.raw_sha256,
            kind=row.kind,
            dated=row.dated,
            author=row.author,
        )
        for row in tx.exec_driver_sql(sql, {"ids": list(ids)}).fetchall()
    }


def _keep(tx: Connection, said: dict[UUID, Said]) -> None:
    if said:
        facts = [_facts(one) for one in said.values()]
        vectors = [with_facts(one.lexemes, known) for one, known in zip(said.values(), facts, strict=True)]
        # No fact holds a control character: lists of different lengths go as one array.
        told = ["\x1f".join(known) for known in facts]
        tx.exec_driver_sql(_KEEP, {"ids": list(said), "facts": told, "vectors": vectors, "form": FORM})


def _facts(one: Said) -> list[str]:
    known = [f"kind {one.kind}", f"dated {one.dated}", f"sha256 {one.sha256.hex()}", *one.place_terms]
    if one.source:
        known.append(f"source {one.source[:_MOST_FACT]}")
    if one.external_id:
        known.append(f"external_id {one.external_id[:_MOST_FACT]}")
    if one.author:
        known.append(f"byline {' '.join(map(plain, words(one.author)))}"[:_MOST_FACT])
    if one.has_captions:
        known.append("has captions")
    return known
