"""Articles on one event are gathered as they arrive, whoever works on them and in whatever order."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.enrich.conftest import MakeBench
from tests.enrich.text.stories.texts import ANOTHER_BRIDGE, BRIDGE, BRIDGE_TOO, CLINIC
from tests.factories import some_bulletins
from tests.servers import Database

NOW = datetime.now(UTC) - timedelta(minutes=1)
"""A little while ago: all that is filed is due."""


def stories(database: Database) -> list[list[UUID]]:
    """The bulletins of each story, in the order in which they came."""
    rows = database.rows(
        "SELECT array_agg(bulletin_id ORDER BY story_member.received_at, bulletin_id) FROM story_member"
        " JOIN article_version USING (article_id) JOIN story ON story.id = story_id AND lead_id IS NULL"
        " GROUP BY story_id ORDER BY min(story_member.received_at)"
    )
    return [row[0] for row in rows]


def filed(database: Database, texts: Sequence[str], hours: float = 0) -> list[UUID]:
    return [
        some_bulletins(database, [text], received_at=NOW - timedelta(hours=hours) + timedelta(seconds=place))[0]
        for place, text in enumerate(texts)
    ]


def test_two_reports_of_one_event_make_a_story_and_others_do_not(database: Database, make_bench: MakeBench) -> None:
    first, second, *_ = filed(database, [BRIDGE, BRIDGE_TOO, ANOTHER_BRIDGE, CLINIC])
    make_bench().enrich([])
    assert stories(database) == [[first, second]]
    (told,) = database.rows("SELECT score, method, reason FROM story_member WHERE other_id IS NOT NULL")
    assert told[0] >= 0.15
    assert told[1:] == ("stories.telling_words", f"telling words in common: {told[0]:.0%}")


def test_it_is_all_the_same_in_one_batch_and_one_by_one(database: Database, make_bench: MakeBench) -> None:
    first, second, _ = filed(database, [BRIDGE, BRIDGE_TOO, CLINIC])
    bench = make_bench(batch_size=1)
    while bench.enrich([]):
        pass
    assert stories(database) == [[first, second]]


def test_a_new_version_of_a_bulletin_belongs_to_its_story(database: Database, make_bench: MakeBench) -> None:
    first, second = filed(database, [BRIDGE, BRIDGE.replace("214 mét", "218 mét")])
    make_bench().enrich([])
    assert stories(database) == [[first, second]]
    assert database.rows("SELECT method FROM story_member WHERE other_id IS NOT NULL") == [("stories.related",)]


def test_a_duplicate_is_no_member(database: Database, make_bench: MakeBench) -> None:
    filed(database, [BRIDGE, BRIDGE])
    make_bench().enrich([])
    assert stories(database) == []


def test_news_of_last_week_is_another_event(database: Database, make_bench: MakeBench) -> None:
    filed(database, [BRIDGE], hours=24 * 7)
    filed(database, [BRIDGE_TOO])
    bench = make_bench()
    while bench.enrich([]):
        pass
    assert stories(database) == []


def test_the_next_issue_of_a_series_is_no_story(database: Database, make_bench: MakeBench) -> None:
    price = "Giá vàng ngày {day}\n\nSáng {day}, giá vàng tại Bến Tre niêm yết {buy} - {sell} triệu đồng một lượng mua vào và"
    price += (
        " bán ra. So với phiên trước, giá vàng {move} nghìn đồng mỗi lượng ở cả hai chiều. Giá vàng thế giới {usd} USD."
    )
    filed(
        database,
        [
            price.format(day="5/9", buy="81,2", sell="83,4", move="tăng 300", usd="2.512"),
            price.format(day="6/9", buy="80,9", sell="83,1", move="giảm 250", usd="2.498"),
            price.format(day="7/9", buy="81,6", sell="83,8", move="tăng 700", usd="2.527"),
        ],
    )
    make_bench().enrich([])
    assert stories(database) == []


@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_workers_who_meet_make_one_story(database: Database, make_bench: MakeBench, rounds: int) -> None:
    benches = [make_bench(batch_size=1) for _ in range(4)]
    for number in range(rounds):
        # As if what was told before had been told long ago: in the same words with other names it would be a series.
        database.run("DELETE FROM article_band")
        # The names of the place and the people are those of this round's event alone.
        event = [
            text.replace("Vàm Sáng", f"Vàm Sáng {number} bis")
            .replace("Ba Chùa", f"Chùa {number} Tháp")
            .replace("Lý Văn Tánh", f"Lý Văn Tánh {number}")
            for text in (BRIDGE, BRIDGE_TOO)
        ]
        ids = [some_bulletins(database, [text], received_at=NOW + timedelta(days=9 * number))[0] for text in event]
        database.run("UPDATE bulletin SET run_at = now() - interval '1 s' WHERE status = 'queued'")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda bench, one: bench.enrich([one]), benches, ids * 2))
        while benches[0].enrich([]):
            pass
    found = stories(database)
    assert [len(story) for story in found] == [2] * rounds
