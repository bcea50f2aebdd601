"""A person's word on what says the same: it is kept, stands above every rule, and can be taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.ingest import orders
from shared.contracts.bulletin import KillOrder
from shared.contracts.decision import DecisionList, DecisionOut
from shared.database import transaction
from shared.ids import ARTICLE, read
from tests.life.conftest import TEXT, WHO, Newsroom
from tests.life.test_near import LONG, NEAR, UPDATED

OTHER = """Hội chợ trái cây Cồn Phụng

Sáng 6/9/2025, xã Tân Thạch mở hội chợ trái cây, có 40 gian hàng của bà con ba cù lao.

Hội chợ kéo dài đến hết ngày 9/9/2025.
"""


def relate(newsroom: Newsroom, id: str, to: str, kind: str, status: int = 200) -> dict[str, Any]:
    answer = newsroom.ingest.http.post(f"/v1/articles/{id}/relations", json={**WHO, "to": to, "kind": kind})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def undo(newsroom: Newsroom, decision: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = newsroom.ingest.http.post(f"/v1/decisions/{decision['id']}:undo", json=WHO)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def kinds(newsroom: Newsroom, id: str) -> list[tuple[str, str, str]]:
    relations = newsroom.get(f"/v1/articles/{id}")["relations"]
    return [(one["kind"], one["direction"], one["decided_by"]) for one in relations]


def test_an_article_that_a_person_finds_to_be_a_duplicate_leaves_every_list_and_is_told(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(TEXT), newsroom.publish(OTHER)
    decision = DecisionOut.model_validate(relate(newsroom, other, original, "near"))
    assert (decision.article, decision.original, decision.relation, decision.actor) == (
        other, original, "near", WHO["actor"],
    )  # fmt: skip
    assert newsroom.listed() == [original]
    assert newsroom.told()[-1] == ("article.merged", 1)
    moved = newsroom.api.http.get(f"/v1/articles/{other}")
    assert (moved.status_code, moved.json()["code"], moved.headers["location"]) == (
        307, "article_merged", f"/v1/articles/{original}",
    )  # fmt: skip
    assert kinds(newsroom, original) == [("near", "from", "person")]
    assert newsroom.invariants() == {}


def test_who_decided_and_why_is_kept_and_no_reader_is_told(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(TEXT), newsroom.publish(OTHER)
    made = relate(newsroom, other, original, "near")
    undone = undo(newsroom, made)
    listed = newsroom.ingest.http.get(f"/v1/articles/{other}/decisions").json()
    told = DecisionList.model_validate(listed).data
    assert [(one.id, one.kind, one.undone_by) for one in told] == [
        (made["id"], "relation", undone["id"]), (undone["id"], "undo", None),
    ]  # fmt: skip
    assert {(one.actor, one.reason) for one in told} == {tuple(WHO.values())}
    shown = newsroom.api.http.get(f"/v1/articles/{original}").text + newsroom.api.http.get(f"/v1/articles/{other}").text
    assert WHO["actor"] not in shown
    assert WHO["reason"] not in shown
    with pytest.raises(Exception, match="undo it"):
        newsroom.database.run("DELETE FROM article_decision")


def test_an_undone_decision_leaves_all_as_it_was(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(TEXT), newsroom.publish(OTHER)
    exact = newsroom.post(OTHER.upper())
    newsroom.work()
    decision = relate(newsroom, other, original, "exact")
    assert newsroom.receipt(exact)["duplicate_of"] == original, "a duplicate has no duplicates"
    undo(newsroom, decision)
    assert newsroom.receipt(exact)["duplicate_of"] == other
    assert sorted(newsroom.listed()) == sorted([original, other])
    assert newsroom.told()[-2:] == [("article.merged", 1), ("article.released", 1)]
    assert kinds(newsroom, original) == []
    assert undo(newsroom, decision, 409)["code"] == "order_refused"
    assert newsroom.invariants() == {}


def test_a_bulletin_that_is_no_duplicate_becomes_an_article_of_its_own(newsroom: Newsroom) -> None:
    original = newsroom.publish(LONG)
    near = newsroom.post(NEAR)
    newsroom.work()
    assert newsroom.receipt(near)["duplicate_of"] == original
    relate(newsroom, near, original, "none")
    newsroom.work()
    receipt = newsroom.receipt(near)
    assert (receipt["state"], receipt["duplicate_of"]) == ("published", None)
    assert newsroom.told() == [("article.published", 1)] * 2
    assert kinds(newsroom, receipt["article"]["id"]) == [("none", "to", "person")]
    assert newsroom.invariants() == {}


def test_two_articles_of_the_same_words_can_be_held_apart(newsroom: Newsroom) -> None:
    original = newsroom.publish(TEXT)
    same = newsroom.post(TEXT.upper())
    newsroom.work()
    relate(newsroom, same, original, "same_event")
    newsroom.work()
    assert newsroom.receipt(same)["state"] == "published"
    later = newsroom.post(TEXT + "\n")
    newsroom.work()
    assert newsroom.receipt(later)["duplicate_of"] == original
    assert newsroom.invariants() == {}


def test_what_was_held_apart_and_is_undone_is_a_duplicate_again(newsroom: Newsroom) -> None:
    original = newsroom.publish(LONG)
    near = newsroom.post(NEAR)
    newsroom.work()
    waiting = relate(newsroom, near, original, "revision")
    undo(newsroom, waiting)
    assert newsroom.receipt(near)["state"] == "duplicate"
    published = relate(newsroom, near, original, "revision")
    newsroom.work()
    undo(newsroom, published)
    receipt = newsroom.receipt(near)
    assert (receipt["state"], receipt["duplicate_of"], receipt["article"]) == ("published", original, None)
    assert newsroom.listed() == [original]
    assert newsroom.told() == [("article.published", 1)] * 2 + [("article.merged", 1)]
    assert newsroom.invariants() == {}


def test_what_says_what_a_merged_article_says_is_a_duplicate_of_its_original(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(OTHER), newsroom.publish(LONG)
    relate(newsroom, other, original, "near")
    exact, near = newsroom.post(LONG.upper()), newsroom.post(NEAR)
    newsroom.work()
    assert [newsroom.receipt(one)["duplicate_of"] for one in (exact, near)] == [original] * 2
    (relation,) = newsroom.database.rows(
        "SELECT spans FROM duplicate_relation WHERE kind = 'near' AND decided_by = 'rule'"
    )
    assert relation == ([],), "places in a text that the original does not have"
    assert newsroom.invariants() == {}


def test_the_next_version_of_a_merged_article_stays_hidden_and_untold(newsroom: Newsroom) -> None:
    original = newsroom.publish(OTHER)
    newsroom.put(TEXT)
    newsroom.work()
    (other,) = set(newsroom.listed()) - {original}
    decision = relate(newsroom, other, original, "near")
    second = newsroom.put(TEXT.replace("16 tháng", "17 tháng")).json()["id"]
    newsroom.work()
    assert newsroom.listed() == [original]
    assert newsroom.told()[-1] == ("article.merged", 1)
    assert newsroom.receipt(second)["duplicate_of"] == original
    assert newsroom.invariants() == {}
    undo(newsroom, decision)
    assert newsroom.told()[-1] == ("article.released", 2)
    assert newsroom.get(f"/v1/articles/{other}")["version"] == 2
    assert newsroom.invariants() == {}


def test_what_a_person_says_of_an_article_is_said_of_its_next_version(newsroom: Newsroom) -> None:
    original = newsroom.publish(OTHER)
    newsroom.put(TEXT)
    newsroom.work()
    (other,) = set(newsroom.listed()) - {original}
    relate(newsroom, other, original, "same_event")
    newsroom.put(TEXT.replace("16 tháng", "17 tháng"))
    newsroom.work()
    assert newsroom.get(f"/v1/articles/{other}")["version"] == 2
    assert kinds(newsroom, other) == [("same_event", "to", "person")]


def test_a_rules_relation_gives_way_and_comes_back(newsroom: Newsroom) -> None:
    original, updated = newsroom.publish(LONG), newsroom.publish(UPDATED)
    before = newsroom.get(f"/v1/articles/{updated}")["relations"]
    assert [one["kind"] for one in before] == ["revision"]
    decision = relate(newsroom, updated, original, "none")
    assert kinds(newsroom, updated) == [("none", "to", "person")]
    undo(newsroom, decision)
    assert newsroom.get(f"/v1/articles/{updated}")["relations"] == before


def test_the_same_said_twice_is_one_decision(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(TEXT), newsroom.publish(OTHER)
    assert relate(newsroom, other, original, "near") == relate(newsroom, other, original, "near")
    assert newsroom.told().count(("article.merged", 1)) == 1


def test_a_merged_article_takes_the_place_of_its_killed_original(newsroom: Newsroom) -> None:
    original, other, third = newsroom.publish(TEXT), newsroom.publish(OTHER), newsroom.publish(LONG)
    for one in (other, third):
        relate(newsroom, one, original, "near")
    assert newsroom.order("kill", original).json()["successor"] == other
    assert newsroom.listed() == [other]
    assert newsroom.told()[-2:] == [("article.killed", 1), ("article.released", 1)]
    assert newsroom.api.http.get(f"/v1/articles/{third}").headers["location"] == f"/v1/articles/{other}"
    assert newsroom.invariants() == {}


def test_a_bulletin_that_takes_a_killed_articles_place_gets_the_merged_ones_too(newsroom: Newsroom) -> None:
    original = newsroom.publish(LONG)
    near = newsroom.post(NEAR)
    newsroom.work()
    other = newsroom.publish(OTHER)
    relate(newsroom, other, original, "near")
    assert newsroom.order("kill", original).json()["successor"] == near
    newsroom.work()
    (heir,) = newsroom.listed()
    assert newsroom.api.http.get(f"/v1/articles/{other}").headers["location"] == f"/v1/articles/{heir}"
    assert newsroom.invariants() == {}


def test_what_was_merged_is_taken_back_with_its_original_until_the_decision_is_undone(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(TEXT), newsroom.publish(OTHER)
    decision = relate(newsroom, other, original, "near")
    assert newsroom.order("withhold", other).json()["code"] == "order_refused"
    newsroom.order("kill", original, with_duplicates=True)
    newsroom.post(OTHER)
    newsroom.work()
    assert newsroom.listed() == []
    undo(newsroom, decision)
    assert newsroom.listed() == [other]
    assert newsroom.invariants() == {}


def test_what_was_merged_is_erased_with_its_original(newsroom: Newsroom) -> None:
    original, other = newsroom.publish(TEXT), newsroom.publish(OTHER)
    relate(newsroom, other, original, "near")
    id = read(ARTICLE, original)
    assert id
    with transaction(newsroom.bench.tx_engine) as tx:
        orders.erase(tx, id, KillOrder(actor="a", reason="b"), now=datetime.now(UTC))
    assert newsroom.database.rows(
        "SELECT text FROM article_version UNION SELECT encode(bytes, 'hex') FROM raw_object"
    ) == [("",)]
    assert newsroom.get(f"/v1/articles/{other}", 410)["code"] == "article_erased"
    assert newsroom.invariants() == {}


@pytest.mark.parametrize("kind", ["near", "none"])
def test_what_cannot_be_related_is_refused(newsroom: Newsroom, kind: str) -> None:
    original, other, killed = newsroom.publish(TEXT), newsroom.publish(OTHER), newsroom.publish(LONG)
    newsroom.order("kill", killed)
    assert relate(newsroom, other, "art_" + "0" * 32, kind, 404)["code"] == "no_such_article"
    assert relate(newsroom, other, "x", kind, 400)["code"] == "invalid_parameter"
    assert relate(newsroom, other, other, kind, 409)["code"] == "order_refused"
    assert relate(newsroom, other, killed, kind, 410)["code"] == "article_killed"
    waiting = newsroom.post(NEAR)
    assert relate(newsroom, waiting, original, kind, 409)["code"] == "order_refused"
    newsroom.order("withhold", original)
    assert relate(newsroom, other, original, kind, 409)["code"] == "order_refused"
    answer = newsroom.ingest.http.post(f"/v1/articles/{other}/relations", json={"to": original, "kind": kind})
    assert answer.json()["code"] == "invalid_parameter"
    assert newsroom.ingest.http.post("/v1/decisions/dec_0:undo", json=WHO).json()["code"] == "no_such_decision"
    assert newsroom.invariants() == {}
