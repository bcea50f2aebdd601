"""Who goes from page to page gets everything that was there once, whatever comes and goes meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.orthography.lexemes import BODY, LEAD, TITLE, Part, vector
from tests.servers import Database, Service

NOON = datetime(2026, 9, 5, 5, tzinfo=UTC)
WORDS = ("cầu", "cau", "phà")
AN_ARTICLE = st.tuples(
    *(st.sampled_from(["", *WORDS, "cầu phà"]) for _ in range(3)), st.integers(0, 3), st.sampled_from("ab")
)
STEP = st.one_of(
    st.tuples(st.just("comes"), AN_ARTICLE),
    st.tuples(st.sampled_from(["killed", "withheld", "released"]), st.integers(0, 30)),
)


def add(connection: "psycopg.Connection[Any]", number: int, told: tuple[str, str, str, int, str]) -> UUID:
    """An article in its tables as a worker leaves it: words in headline, lead and body, seconds after noon, a source."""
    title, lead, body, second, source = told
    id = uuid5(UUID(int=0), str(number))
    at = NOON + timedelta(seconds=second)
    values = {
        "id": id, "at": at, "source": source, "n": number, "title": title,
        "vector": vector([Part(TITLE, title), Part(LEAD, lead), Part(BODY, body)], [f"source {source}"]),
    }  # fmt: skip
    for statement in (
        """INSERT INTO article (id, source, current_version, pub_status, available_at)
           VALUES (%(id)s, %(source)s, 1, 'usable', %(at)s)""",
        """INSERT INTO article_version (article_id, version, bulletin_id, kind, pipeline, received_at, valid_from, title, text,
               published, blocks, dates, entities)
           VALUES (%(id)s, 1, %(id)s, 'first', 'p', %(at)s, %(at)s, %(title)s, '', '{}', '[]', '[]', '[]')""",
        """INSERT INTO article_search (article_id, version, at, published_on, event_on, form, facts, vector)
           VALUES (%(id)s, 1, %(at)s, '2025-09-05', '0001-01-01', 2, ARRAY['source ' || %(source)s], %(vector)s::tsvector)""",
        "INSERT INTO change VALUES (%(n)s + 1, 'article.published', %(id)s, 1, %(at)s)",
    ):
        connection.execute(statement, values)  # type: ignore[arg-type]  # one of these
    return id


def pages(api: Service, params: dict[str, Any], between: Any) -> list[str]:
    """The ids of all pages, in order; `between` is called between two."""
    seen: list[str] = []
    path: str | None = "/v1/articles"
    while path:
        answer = api.http.get(path, params=params if path == "/v1/articles" else None)
        assert answer.status_code == 200, answer.text
        seen += [one["id"] for one in answer.json()["data"]]
        path = answer.links.get("next", {}).get("url")
        between()
    return seen


@settings(max_examples=40)
@given(
    first=st.lists(AN_ARTICLE, max_size=12),
    later=st.lists(STEP, max_size=12),
    limit=st.integers(1, 5),
    params=st.fixed_dictionaries(
        {"sort": st.sampled_from(["relevance", "newest", "published", "event"])},
        optional={
            "q": st.sampled_from(["cầu", "cau", "cầu OR phà", '"cau pha"', "-cầu", "title:cau"]),
            "source": st.just("a"),
        },
    ),
    fold=st.booleans(),
)
def test_the_full_set_comes_exactly_once_while_articles_come_and_go(
    api_service: Service, first: list[Any], later: list[Any], limit: int, params: dict[str, Any], fold: bool
) -> None:
    database: Database = api_service.database
    database.clear()
    params = {**params, "limit": limit, "diacritics": "fold" if fold else "auto"}
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no bulletins: no foreign keys
        numbers = [add(connection, number, told) for number, told in enumerate(first)]
        there = pages(api_service, {**params, "limit": 200}, lambda: None)
        touched: set[str] = set()
        steps = iter(enumerate(later))

        def step() -> None:
            for number, (what, value) in steps:
                if what == "comes":
                    numbers.append(add(connection, 100 + number, value))
                elif value < len(numbers):
                    status = {"killed": "canceled", "withheld": "withheld", "released": "usable"}[what]
                    connection.execute("UPDATE article SET pub_status = %s WHERE id = %s", (status, numbers[value]))
                    touched.add(f"art_{numbers[value].hex}")
                return

        walked = pages(api_service, params, step)
    assert len(walked) == len(set(walked)), "nothing comes twice"
    stayed = [id for id in there if id not in touched]
    assert [id for id in walked if id in set(stayed)] == stayed, "what was there and stayed comes, in order"
