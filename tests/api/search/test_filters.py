"""Articles are picked by language, by pipeline, by how sure a value is, and as they were at a position of the feed."""

from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.period import days_of
from shared.ids import ENTITY, written
from shared.migrations import migrate
from tests.api.conftest import Publish
from tests.api.search.test_find import BRIDGE, FAIR
from tests.servers import Database, Service


def found(api: Service, **filters: Any) -> list[str]:
    """The first words of the titles that are found."""
    answer = api.http.get("/v1/articles", params=filters)
    assert answer.status_code == 200, answer.text
    return [" ".join(article["title"].split()[:2]) for article in answer.json()["data"]]


def refused(api: Service, **filters: Any) -> str:
    answer = api.http.get("/v1/articles", params=filters)
    assert answer.status_code == 400
    return str(answer.json()["errors"][0]["pointer"])


def test_everything_is_vietnamese(api: Service, publish: Publish) -> None:
    publish([BRIDGE, FAIR])
    both = ["Hội chợ", "Khánh thành"]
    assert found(api, language="vi") == found(api, language="-en") == found(api, language=["en", "vi"]) == both
    assert found(api, language="en") == found(api, language="-vi") == found(api, language="en", q="cầu") == []


def test_articles_are_picked_by_the_pipeline_that_read_them(
    api: Service, publish: Publish, served_database: Database
) -> None:
    publish([BRIDGE, FAIR])
    new = served_database.value("SELECT pipeline FROM article_version LIMIT 1")
    served_database.run(
        """
        WITH old AS (UPDATE article_version SET pipeline = 'old' WHERE title LIKE %(title)s RETURNING article_id)
        UPDATE article_search SET pipeline = 'old' FROM old WHERE article_search.article_id = old.article_id
        """,
        title="Hội%",
    )
    assert found(api, pipeline=new) == found(api, pipeline="-old") == ["Khánh thành"]
    assert found(api, pipeline="old", q="cầu") == ["Hội chợ"]
    assert found(api, pipeline=["old", new]) == ["Hội chợ", "Khánh thành"]
    assert found(api, pipeline="none") == []


def test_what_was_kept_before_days_and_names_were_facts_is_found_by_them_once_migrated(
    api: Service, publish: Publish, served_database: Database
) -> None:
    publish([BRIDGE, FAIR])
    kept = "SELECT article_id, form, ARRAY(SELECT unnest(facts) ORDER BY 1), vector FROM article_search ORDER BY article_id"
    id, day = served_database.rows(
        "SELECT entity_id, lower(published_days) FROM article_entity JOIN article_search USING (article_id, version) LIMIT 1"
    )[0]
    entity = written(ENTITY, id)
    before = served_database.rows(kept)
    steps = migrate.config(served_database.url)
    command.downgrade(steps, "0020")
    assert not served_database.rows(
        "SELECT FROM article_search WHERE facts::text ~ '(names|[pem]) ' OR vector::text ~ '@names'"
    )
    command.upgrade(steps, "head")
    assert served_database.rows(kept) == before
    assert found(api, entity=entity)
    assert found(api, entity=entity, q="cầu OR chợ", date_from=day, date_to=day, date_field="published")


@pytest.mark.parametrize("field", ["mentioned", "event"])
def test_a_day_counts_from_a_confidence_on(
    api: Service, publish: Publish, served_database: Database, field: str
) -> None:
    publish([BRIDGE, FAIR])
    served_database.run(
        """
        UPDATE article_version SET event = event || '{"confidence": 0.5}',
               dates = (SELECT jsonb_agg(jsonb_set(one, '{basis,confidence}', '0.5')) FROM jsonb_array_elements(dates) AS one)
        WHERE title LIKE %(title)s
        """,
        title="Hội%",
    )
    days = {"date_from": "2025-09-01", "date_field": field}
    assert found(api, **days) == found(api, **days, min_confidence=0.5) == ["Hội chợ", "Khánh thành"]
    assert found(api, **days, min_confidence=0.6) == found(api, **days, min_confidence=0.6, q="cầu") == ["Khánh thành"]
    assert found(api, date_from="2025-09-06", date_field=field, min_confidence=0.6) == []
    assert found(api, min_confidence=0.6) == ["Hội chợ", "Khánh thành"], "nothing is asked for that could be unsure"


def test_an_entity_counts_from_a_confidence_on(api: Service, publish: Publish, served_database: Database) -> None:
    publish([BRIDGE, FAIR])
    served_database.run("UPDATE article_entity SET confidence = 0.7")
    (place,) = api.http.get("/v1/entities", params={"q": "Lào Cai"}).json()["data"]
    assert found(api, entity=place["id"], min_confidence=0.7) == ["Hội chợ"]
    assert found(api, entity=place["id"], min_confidence=0.71) == []
    unsure = found(api, entity=f"-{place['id']}", min_confidence=0.71)
    assert unsure == ["Hội chợ", "Khánh thành"], "what is unsure leaves nothing out"


def test_the_list_as_it_was_holds_what_has_not_changed_since(
    api: Service, publish: Publish, served_database: Database
) -> None:
    publish([BRIDGE])
    publish([FAIR])
    assert found(api, as_of_seq=2) == found(api, as_of_seq=2, q="cầu", sort="newest") == ["Hội chợ", "Khánh thành"]
    assert found(api, as_of_seq=1) == ["Khánh thành"]
    assert found(api, as_of_seq=0) == []
    served_database.run(
        """
        INSERT INTO change (seq, type, article_id, version, at)
        SELECT 3, 'article.revised', article_id, 2, now() FROM change WHERE seq = 1
        """
    )
    assert found(api, as_of_seq=1) == [], "its newest version is later; the changes behind 1 tell of it"
    assert found(api, as_of_seq=2) == ["Hội chợ"]
    assert found(api, as_of_seq=3) == ["Hội chợ", "Khánh thành"]
    assert refused(api, as_of_seq=4) == "query/as_of_seq"
    exported = api.http.get("/v1/export", params={"as_of_seq": 2}).text
    assert "Hội chợ" in exported
    assert "Khánh thành" not in exported


def test_the_pages_of_the_list_as_it_was_hold_nothing_that_came_later(api: Service, publish: Publish) -> None:
    publish(5)
    first = api.http.get("/v1/articles?as_of_seq=5&limit=3").json()
    publish([FAIR])
    second = api.http.get(f"/v1/articles?as_of_seq=5&limit=3&cursor={first['page']['next']}").json()
    seen = [one["id"] for page in (first, second) for one in page["data"]]
    assert len(set(seen)) == len(seen) == 5
    assert second["page"]["next"] is None


@pytest.mark.parametrize("confidence", ["-0.1", "1.1", "nan", "sure"])
def test_a_confidence_is_between_none_and_all(api: Service, confidence: str) -> None:
    assert refused(api, min_confidence=confidence) == "query/min_confidence"


_DAY = st.dates(min_value=date(1, 1, 1), max_value=date(9990, 12, 31))
_ONE = st.one_of(
    _DAY.map(date.isoformat),
    _DAY.map(lambda day: f"{day.isoformat()}TMO"),
    _DAY.map(lambda day: f"{day.isoformat()[:7]}"),
    _DAY.map(lambda day: f"{day.isoformat()[:4]}"),
    st.from_regex(r"\A[0-9]{4}-([0-1][0-9]-[0-3][0-9]|Q[1-5]|H[1-3]|W[0-5][0-9](-([0-8]|WE))?|SP|SU|FA|WI|XX)\Z"),
    st.from_regex(r"\A[0-9]{2}(XX|[0-9]X?)?\Z"),
    st.sampled_from(
        ["XXXX-04-17", "P3M", "PRESENT_REF", "", "PT45M", "T08:30", "2025-W01", "2026-W53", "2027-W53-7", "0000"]
    ),
)


def test_postgresql_reads_values_as_the_workshop_does(database: Database) -> None:
    values: list[str] = []

    @given(st.one_of(_ONE, st.tuples(_ONE, _ONE).map("/".join)))
    def gather(value: str) -> None:
        values.append(value)

    gather()
    told = database.rows(
        "SELECT value, lower(days), upper(days) - 1 FROM (SELECT value, timex_days(value) AS days FROM unnest(%(values)s::text[]) AS value)",
        values=values,
    )
    assert {value: (first, last) if first else None for value, first, last in told} == {
        value: days_of(value) for value in values
    }
    assert sum(first is not None and last - first > timedelta(6) for _, first, last in told) > 5
