"""How articles go on after their first version: revisions, embargoes and successors, with every statement for them.

None of them commits. shared/feed.py has the order of all locks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.enrich.claims import Claimed, Version
from services.enrich.records import search, stories
from services.enrich.text.article import Article
from services.enrich.text.duplicates import exact
from services.enrich.text.stories import keys
from shared.contracts.article import ChangeType, VersionKind
from shared.feed import Deed, Told, give_duplicates, holders, lock_words, note_deeds, tell
from shared.ids import ARTICLE, NewId, written


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the article of a bulletin stands: `version` is its current one, None if it is still to be made.

    `embargo_until` is set while it has not come, `duplicate_of` where a person said what it is a duplicate of.
    """

    version: int | None = None
    pub_status: str = "usable"
    announced: bool = False
    embargo_until: datetime | None = None
    duplicate_of: UUID | None = None

    @property
    def is_new_and_public(self) -> bool:
        """Is the article to be made, and to be shown at once?"""
        return self.version is None and self.embargo_until is None

    @property
    def killed(self) -> bool:
        """Has it been taken back?"""
        return self.pub_status == "canceled"


def standings(tx: Connection, bulletins: Sequence[Claimed]) -> dict[UUID, Standing]:
    """How the articles stand of those bulletins that have a key or an embargo; locked until the transaction ends.

    A bulletin under a key goes by the embargo of the key, which a later one may have moved.
    """
    special = [bulletin for bulletin in bulletins if bulletin.article_id or bulletin.embargo_until]
    if not special:
        return {}
    keys = [bulletin.article_id for bulletin in special if bulletin.article_id]
    embargoes, articles = {}, {}
    if keys:
        locked_keys = """
        SELECT article_id, embargo_until FROM bulletin_key WHERE article_id = ANY(%(keys)s) ORDER BY article_id FOR UPDATE
        """
        embargoes = {row[0]: row[1] for row in tx.exec_driver_sql(locked_keys, {"keys": keys})}
        locked_articles = """
        SELECT id, current_version, pub_status, announced, duplicate_of FROM article WHERE id = ANY(%(keys)s) ORDER BY id FOR UPDATE
        """
        articles = {row[0]: row for row in tx.exec_driver_sql(locked_articles, {"keys": keys})}
    # PostgreSQL's time, as everywhere where it is about an embargo: workers' clocks may differ.
    now = tx.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    found = {}
    for bulletin in special:
        key = bulletin.article_id
        embargo = embargoes[key] if key else bulletin.embargo_until
        there = articles.get(key) if key else None
        found[bulletin.id] = Standing(
            version=there.current_version if there else None,
            pub_status=there.pub_status if there else "usable",
            announced=there.announced if there else False,
            embargo_until=embargo if embargo and embargo > now else None,
            duplicate_of=there.duplicate_of if there else None,
        )
    return found


def unseen(bulletin: Claimed, article: Article) -> Version:
    """The article of a probe: made like any other, and shown to nobody, ever; no later bulletin can repeat it."""
    return Version(bulletin=bulletin, article=article, announced=False, holds_words=False, change=None)


def version(bulletin: Claimed, article: Article, standing: Standing, holder: UUID | None) -> Version:
    """The version that a bulletin makes of an article that is there, or that is made under an embargo.

    `holder` is the article whose words these are so far. Words that another holds stay with it: an article that exists
    goes on existing, whatever it comes to say.
    """
    if standing.version is None:
        return Version(
            bulletin=bulletin,
            article=article,
            number=bulletin.revision,
            announced=False,
            embargo_until=standing.embargo_until,
            holds_words=False,
            change=None,
        )
    current = bulletin.revision > standing.version
    shown = current and standing.announced and standing.pub_status == "usable" and standing.duplicate_of is None
    kind: VersionKind = "correction" if bulletin.kind == "correction" else "revision"
    change: ChangeType = "article.corrected" if kind == "correction" else "article.revised"
    return Version(
        bulletin=bulletin,
        article=article,
        number=bulletin.revision,
        kind=kind,
        first=False,
        current=current,
        announced=standing.announced,
        holds_words=current and standing.announced and holder in (None, article.id),
        change=change if shown else None,
    )


def move_on(tx: Connection, versions: Sequence[Version]) -> None:
    """Let articles go on to their new versions. What they said before stays theirs: its key moves to the version."""
    sql = """
    WITH before AS (
        UPDATE article_version SET exact_key = coalesce(article_version.exact_key, article.exact_key)
        FROM article WHERE article.id = %(id)s AND article_version.article_id = article.id
             AND article_version.version = article.current_version
    )
    UPDATE article SET current_version = %(number)s, exact_key = %(key)s WHERE id = %(id)s
    """
    for one in versions:
        if one.current and not one.first:
            key = one.article.exact_key if one.holds_words else None
            tx.exec_driver_sql(sql, {"id": one.article.id, "number": one.number, "key": key})


def note_versions(tx: Connection, versions: Sequence[Version], *, now: datetime) -> None:
    """Note who revised or corrected what."""
    deeds = [
        Deed(
            article_id=one.article.id,
            version=one.number,
            what="corrected" if one.kind == "correction" else "revised",
            actor=one.bulletin.source or "",
            reason="put under its key" if one.current else "put under its key; a later one was published before",
            note=one.bulletin.note,
        )
        for one in versions
        if not one.first
    ]
    note_deeds(tx, deeds, now=now)


def succeed(tx: Connection, bulletins: Sequence[Claimed], *, now: datetime) -> None:
    """Where a bulletin takes the place of a killed article, what was the killed one's duplicates are now its own.

    If it turned out to be a duplicate of yet another article, they are that one's.
    """
    ids = [bulletin.id for bulletin in bulletins if bulletin.attempts]
    if not ids:
        return
    sql = """
    SELECT killed.id, killed.current_version, coalesce(made.article_id, canonical.duplicate_of, canonical.id)
    FROM article AS killed LEFT JOIN article_version AS made ON made.bulletin_id = killed.heir_id
    LEFT JOIN duplicate_relation AS tied ON tied.bulletin_id = killed.heir_id AND tied.kind IN ('exact', 'near')
    LEFT JOIN article AS canonical ON canonical.id = tied.original_id
    WHERE killed.heir_id = ANY(%(ids)s) AND coalesce(made.article_id, tied.original_id) IS NOT NULL
    """
    rows = tx.exec_driver_sql(sql, {"ids": ids}).fetchall()
    for killed, _, article in rows:
        give_duplicates(tx, of=killed, to=article)
    deeds = [Deed(row[0], row[1], "succeeded", "bantin", f"{written(ARTICLE, row[2])} takes its place") for row in rows]
    note_deeds(tx, deeds, now=now)


# now(), which is the transaction's beginning, can be looked up in the index; clock_timestamp() cannot.
_DUE = """
FROM article JOIN article_version ON article_version.article_id = article.id
     AND article_version.version = article.current_version
WHERE NOT announced AND pub_status = 'usable' AND embargo_until <= now()
"""


# It took no part in duplicates before: that another said the same meanwhile is told now, of both.
_SAYS_THE_SAME = """
INSERT INTO duplicate_relation (bulletin_id, original_id, kind, score, method, method_version, reason, decided_by, decided_at)
SELECT bulletin_id, coalesce(holder.duplicate_of, holder.id), %(kind)s, %(score)s, %(method)s, %(version)s, %(reason)s, 'rule', %(now)s
FROM article_version JOIN article AS holder ON holder.id = %(holder)s
WHERE article_id = %(id)s AND article_version.version = %(number)s AND holder.duplicate_of IS DISTINCT FROM %(id)s
ON CONFLICT (bulletin_id, original_id) DO NOTHING
"""


def _relate(tx: Connection, article: UUID, number: int, holder: UUID, *, now: datetime) -> None:
    said = exact(holder)
    values = {"id": article, "number": number, "holder": holder, "kind": said.kind, "score": said.score, "now": now}
    values |= {"method": said.basis.method, "version": said.basis.version, "reason": said.reason}
    tx.exec_driver_sql(_SAYS_THE_SAME, values)


def lift(tx: Connection, *, limit: int, new_id: NewId) -> int:
    """Publish articles whose embargo is over, by PostgreSQL's clock, in the order of their moments; how many.

    Each joins the story of its event now: before, nobody might learn from a story that it was there.

    Each goes by what its current version says: if another article holds these words by now, they stay with it.
    """
    due = tx.exec_driver_sql(
        f"SELECT article.id, article_version.exact_key {_DUE} ORDER BY embargo_until, article.id LIMIT %(limit)s",
        {"limit": limit},
    ).fetchall()
    if not due:
        return 0
    # With its telling words, as a worker locks them: two who bring news of one event at this instant make one story.
    sketched = stories.hidden(tx, [row[0] for row in due])
    telling = [key for article in sketched.values() for key in keys(article.sketch)]
    lock_words(tx, [row[1] for row in due], telling)
    # Asked again under the locks. What another sweep or a revision has in hand is left for the next turn.
    held = tx.exec_driver_sql(
        f"SELECT article.id, article_version.exact_key, current_version, embargo_until, clock_timestamp() AS now {_DUE} "
        "AND article.id = ANY(%(ids)s) ORDER BY article.id FOR UPDATE OF article SKIP LOCKED",
        {"ids": [row[0] for row in due]},
    ).fetchall()
    # A revision that came in between has other words, which nobody has locked.
    locked = {row[1] for row in due}
    ready = sorted((row for row in held if row.exact_key in locked), key=lambda row: (row.embargo_until, row.id))
    if not ready:
        return 0
    now, held_by = ready[0].now, holders(tx, [row.exact_key for row in ready])
    publish = """
    UPDATE article SET announced = true, available_at = %(now)s, exact_key = %(key)s WHERE id = %(id)s
    """
    for row in ready:
        takes = held_by.setdefault(row.exact_key, row.id) == row.id
        tx.exec_driver_sql(publish, {"id": row.id, "key": row.exact_key if takes else None, "now": now})
        if not takes:
            _relate(tx, row.id, row.current_version, held_by[row.exact_key], now=now)
    search.show(tx, [row.id for row in ready])
    stories.show(tx, [sketched[row.id] for row in ready if row.id in sketched], now=now, new_id=new_id)
    deeds = [Deed(row.id, row.current_version, "published", "clock", "its embargo is over") for row in ready]
    note_deeds(tx, deeds, now=now)
    tell(tx, [Told("article.published", row.id, row.current_version) for row in ready], now=now)
    return len(ready)
