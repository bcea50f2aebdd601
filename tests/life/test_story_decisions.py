"""A person's word on which articles tell of one event: ids go on meaning something, and no rule undoes it."""

from typing import Any

import pytest

from services.enrich.records import stories
from shared.contracts.decision import DecisionOut
from shared.database import transaction
from shared.ids import STORY, read
from tests.enrich.text.stories.texts import ANOTHER_BRIDGE, BRIDGE, BRIDGE_TOO, CLINIC
from tests.life.conftest import WHO, Newsroom

CLINIC_TOO = """Vượt đường rừng tiêm vắc xin sởi

Cán bộ trạm y tế xã vùng cao vượt bốn mươi cây số đường rừng, tiêm chủng lưu động cho trẻ em người Mông, người Dao trong
hai ngày cuối tuần. Phụ huynh các thôn bản được hướng dẫn theo dõi phản ứng sau tiêm tại nhà.
"""


def order(newsroom: Newsroom, story: str, what: str, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = newsroom.ingest.http.post(f"/v1/stories/{story}:{what}", json={**WHO, **more})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def undo(newsroom: Newsroom, decision: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = newsroom.ingest.http.post(f"/v1/decisions/{decision['id']}:undo", json=WHO)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def story_of(newsroom: Newsroom, article: str) -> str | None:
    story = newsroom.get(f"/v1/articles/{article}")["story"]
    return str(story) if story else None


def members(newsroom: Newsroom, story: str | None) -> list[str]:
    return [one["article"] for one in newsroom.get(f"/v1/stories/{story}")["articles"]]


@pytest.fixture
def two(newsroom: Newsroom) -> tuple[list[str], list[str]]:
    """The articles of two stories."""
    bridge = [newsroom.publish(BRIDGE), newsroom.publish(BRIDGE_TOO)]
    clinic = [newsroom.publish(CLINIC), newsroom.publish(CLINIC_TOO)]
    assert len(newsroom.get("/v1/stories")["data"]) == 2
    return bridge, clinic


def test_two_stories_that_a_person_merges_are_one_and_both_ids_lead_there(
    newsroom: Newsroom, two: tuple[list[str], list[str]]
) -> None:
    bridge, clinic = two
    kept, gone = story_of(newsroom, bridge[0]), story_of(newsroom, clinic[0])
    assert kept
    assert gone
    made = DecisionOut.model_validate(order(newsroom, gone, "merge", into=kept))
    assert (made.kind, made.story, made.into) == ("merge", gone, kept)
    assert members(newsroom, gone) == members(newsroom, kept) == [*bridge, *clinic]
    assert newsroom.get(f"/v1/stories/{gone}")["id"] == kept
    assert order(newsroom, gone, "merge", 409, into=kept)["code"] == "order_refused"
    undo(newsroom, made.model_dump())
    assert (members(newsroom, kept), members(newsroom, gone)) == (bridge, clinic)
    told = newsroom.ingest.http.get(f"/v1/stories/{gone}/decisions").json()["data"]
    assert [(one["kind"], one["actor"]) for one in told] == [("merge", WHO["actor"]), ("undo", WHO["actor"])]


def test_an_article_that_is_split_off_has_a_story_of_its_own(
    newsroom: Newsroom, two: tuple[list[str], list[str]]
) -> None:
    bridge, clinic = two
    first, second = story_of(newsroom, bridge[0]), story_of(newsroom, clinic[0])
    assert first
    assert second
    order(newsroom, second, "merge", into=first)
    made = order(newsroom, first, "split", articles=clinic)
    assert story_of(newsroom, clinic[0]) == story_of(newsroom, clinic[1]) == made["into"]
    told = newsroom.get(f"/v1/stories/{made['into']}")["articles"]
    assert {(one["method"], one["reason"]) for one in told} == {("person", "a person decided so")}
    assert members(newsroom, first) == bridge
    undo(newsroom, made)
    assert members(newsroom, made["into"]) == members(newsroom, first) == [*bridge, *clinic]


def test_an_article_is_moved_into_another_story_or_into_its_first(
    newsroom: Newsroom, two: tuple[list[str], list[str]]
) -> None:
    bridge, clinic = two
    first = story_of(newsroom, bridge[0])
    assert first
    alone = newsroom.publish(ANOTHER_BRIDGE)
    assert story_of(newsroom, alone) is None
    made = order(newsroom, first, "gather", articles=[alone, clinic[1]])
    assert set(members(newsroom, first)) == {*bridge, alone, clinic[1]}
    assert story_of(newsroom, clinic[0]) is None, "of one article no story is told"
    later = order(newsroom, first, "split", articles=[alone])
    assert undo(newsroom, made, 409)["code"] == "order_refused"
    undo(newsroom, later)
    undo(newsroom, made)
    assert (members(newsroom, first), story_of(newsroom, alone)) == (bridge, None)
    assert members(newsroom, story_of(newsroom, clinic[0])) == clinic


def test_no_rule_merges_what_a_person_took_apart(newsroom: Newsroom, two: tuple[list[str], list[str]]) -> None:
    bridge, _ = two
    first = story_of(newsroom, bridge[0])
    assert first
    own = order(newsroom, first, "split", articles=[bridge[1]])["into"]
    # It shares whole phrases with both: by rule all would be one story.
    third = newsroom.publish(BRIDGE.replace("214 mét", "218 mét") + "\n" + BRIDGE_TOO)
    assert story_of(newsroom, third) in (first, own)
    with transaction(newsroom.bench.tx_engine) as tx:
        one, other = read(STORY, first), read(STORY, own)
        assert one
        assert other
        assert stories._merge(tx, one, other) is None
    rows = newsroom.database.rows("SELECT DISTINCT story_id FROM story_member JOIN article ON id = article_id")
    assert len(rows) == 3
    assert newsroom.database.rows("SELECT FROM story WHERE lead_id IS NOT NULL") == []


def test_what_cannot_be_decided_is_refused(newsroom: Newsroom, two: tuple[list[str], list[str]]) -> None:
    bridge, clinic = two
    story = story_of(newsroom, bridge[0])
    assert story
    assert order(newsroom, story, "split", 409, articles=bridge)["code"] == "order_refused"
    assert order(newsroom, story, "split", 409, articles=[clinic[0]])["code"] == "order_refused"
    assert order(newsroom, story, "gather", 409, articles=[bridge[0]])["code"] == "order_refused"
    assert order(newsroom, story, "gather", 404, articles=["art_" + "0" * 32])["code"] == "no_such_article"
    assert order(newsroom, "sto_0", "gather", 404, articles=[bridge[0]])["code"] == "unknown_story"
    assert order(newsroom, story, "merge", 404, into="sto_" + "0" * 32)["code"] == "unknown_story"
    assert order(newsroom, story, "split", 400, articles=[])["code"] == "invalid_parameter"
    newsroom.order("kill", clinic[0])
    assert order(newsroom, story, "gather", 409, articles=[clinic[0]])["code"] == "order_refused"
