"""What earlier engines said of an article can be read by whoever may read the article, and by nobody else."""

from datetime import UTC, datetime

from services.enrich import pipeline
from services.enrich.commands.applying import Replay
from services.enrich.commands.replay import selected
from services.ingest import orders
from shared.contracts.article import ReadingList, ReadingOut
from shared.contracts.bulletin import KillOrder
from shared.database import make_engine, transaction
from shared.ids import ARTICLE, new_id, read
from tests.life.conftest import TEXT, WHO, Newsroom


def read_again(newsroom: Newsroom) -> None:
    """As if an engine of yesterday had found another title and no date; then the engine of today reads it."""
    newsroom.database.run(
        "UPDATE article_version SET pipeline = 'of-yesterday', title = 'Khác', dates = '[]', mentioned_days = NULL"
    )
    engine = make_engine(newsroom.database.url, "test-replay", pool_size=2)
    replay = Replay(engine=engine, rate=1e6, jobs=1, clock=newsroom.bench.clock, new_id=new_id)
    assert replay.run(selected(None, [])).done["applied"] == 1
    engine.dispose()


def test_what_was_said_before_an_article_was_read_again_can_be_read(newsroom: Newsroom) -> None:
    id = newsroom.publish(TEXT)
    assert newsroom.get(f"/v1/articles/{id}/readings") == {"data": []}
    read_again(newsroom)
    (told,) = ReadingList.model_validate(newsroom.get(f"/v1/articles/{id}/readings")).data
    assert (told.version, told.reading, told.pipeline, told.title) == (1, 1, "of-yesterday", "Khác")
    one = ReadingOut.model_validate(newsroom.get(told.href))
    assert (one.found["title"], one.found["dates"]) == ("Khác", [])
    since = {field.field: field for field in one.since}
    assert set(since) == {"title", "dates"}
    assert (since["title"].removed, since["title"].added) == (["Khác"], ["Khánh thành cầu Vàm Sáng"])
    assert [date["value"] for date in since["dates"].added] == ["2025-09-05TMO", "P16M"]
    assert newsroom.get(f"/v1/articles/{id}")["pipeline"] == pipeline.version()


def test_a_reading_or_a_version_that_is_none_is_not_found(newsroom: Newsroom) -> None:
    id = newsroom.publish(TEXT)
    read_again(newsroom)
    assert newsroom.get(f"/v1/articles/{id}/readings/1/2", 404)["code"] == "no_such_reading"
    assert newsroom.get(f"/v1/articles/{id}/readings/2/1", 404)["code"] == "no_such_version"
    assert newsroom.get(f"/v1/articles/art_{'0' * 32}/readings", 404)["code"] == "no_such_article"


def test_readings_are_hidden_and_erased_with_their_article(newsroom: Newsroom) -> None:
    id = newsroom.publish(TEXT)
    read_again(newsroom)
    newsroom.order("withhold", id)
    assert newsroom.get(f"/v1/articles/{id}/readings", 403)["code"] == "article_withheld"
    assert newsroom.get(f"/v1/articles/{id}/readings/1/1", 403)["code"] == "article_withheld"
    newsroom.order("release", id)
    newsroom.order("kill", id, note="Xin rút.")
    assert newsroom.get(f"/v1/articles/{id}/readings/1/1", 410)["code"] == "article_killed"
    uuid = read(ARTICLE, id)
    assert uuid
    assert newsroom.database.count("article_reading") == 1
    with transaction(newsroom.bench.tx_engine) as tx:
        orders.erase(tx, uuid, KillOrder(**WHO), now=datetime.now(UTC))
    assert newsroom.database.count("article_reading") == 0
