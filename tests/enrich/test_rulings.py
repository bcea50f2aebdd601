"""What a person decides about entities holds for articles there are and for those to come, and can be taken back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from services.enrich import linking
from services.enrich.commands import rulings
from services.enrich.commands.rulings import NotKnown, RulingRefused
from services.enrich.linking import Named
from services.enrich.workbench import Workbench
from shared.database import make_engine, transaction
from shared.ids import ARTICLE, DECISION, ENTITY, new_id, written
from shared.reading import article_row, document
from tests.enrich.test_linking import a_report
from tests.enrich.text.identity.test_subjects import named
from tests.factories import NOON, some_bulletins
from tests.servers import Database

Decide = Callable[..., str]


@pytest.fixture
def tx_of(database: Database) -> Iterator[Callable[[], Any]]:
    engine = make_engine(database.url, "test")
    yield lambda: transaction(engine)
    engine.dispose()


@pytest.fixture
def decide(tx_of: Callable[[], Any]) -> Decide:
    """Decide, as an operator; the decision's id."""

    def decide(do: Callable[..., Any], *words: Any, **options: Any) -> str:
        with tx_of() as tx:
            by = {"actor": "an", "reason": "đã hỏi", "now": datetime.now(UTC), "new_id": new_id}
            return written(DECISION, do(tx, *words, **by, **options).id)

    return decide


def publish(database: Database, bench: Workbench, *texts: str) -> None:
    for text in texts:
        some_bulletins(database, [text])
        bench.enrich([])


def people(database: Database) -> list[str]:
    """The persons in the order in which they were made."""
    return [written(ENTITY, row[0]) for row in database.rows(f"{_PEOPLE} ORDER BY created_at, id")]


_PEOPLE = "SELECT id FROM entity WHERE type = 'person'"


def article(database: Database, number: int) -> str:
    sql = "SELECT article_id FROM article_version WHERE title = %(title)s"
    return written(ARTICLE, database.value(sql, title=f"Hội nghị số {number}"))


def person_of(tx: Connection, id: str) -> str:
    """The person of an article, as its readers see it."""
    row = article_row(tx, __import__("uuid").UUID(hex=id.removeprefix(ARTICLE)))
    assert row
    (person,) = document(row, [])["people"]
    return str(person["entity"])


def whom(tx_of: Callable[[], Any], database: Database, *numbers: int) -> list[str]:
    with tx_of() as tx:
        return [person_of(tx, article(database, number)) for number in numbers]


def two_of_a_name(database: Database, bench: Workbench) -> tuple[str, str]:
    """One person whom the rules take for two: each office by an article, 0 and 1."""
    publish(
        database, bench, a_report(0, name="Nguyễn Văn Hùng"), a_report(1, name="Nguyễn Văn Hùng", province="Nghệ An")
    )
    here, there = people(database)
    return here, there


def test_a_merge_holds_for_articles_there_are_and_for_those_to_come(
    database: Database, bench: Workbench, decide: Decide, tx_of: Callable[[], Any]
) -> None:
    here, there = two_of_a_name(database, bench)
    assert whom(tx_of, database, 0, 1) == [here, there]
    decide(rulings.merge, there, here)
    assert whom(tx_of, database, 0, 1) == [here, here]
    publish(
        database, bench, a_report(2, name="Nguyễn Văn Hùng", province="Nghệ An"), a_report(3, name="Nguyễn Văn Hùng")
    )
    assert whom(tx_of, database, 2, 3) == [here, here], "although the rules would keep them apart"
    assert len(people(database)) == 2


def test_a_merge_can_be_undone_and_all_three_decisions_are_kept(
    database: Database, bench: Workbench, decide: Decide, tx_of: Callable[[], Any]
) -> None:
    here, there = two_of_a_name(database, bench)
    merged = decide(rulings.merge, there, here)
    undone = decide(rulings.undo, merged)
    assert whom(tx_of, database, 0, 1) == [here, there]
    again = decide(rulings.merge, here, there)
    assert whom(tx_of, database, 0, 1) == [there, there]
    with tx_of() as tx:
        told = rulings.decisions_about(tx, here)
    assert [(one["id"], one["kind"], one["actor"], one["reason"], one["undoes"]) for one in told] == [
        (merged, "merge", "an", "đã hỏi", None), (undone, "undo", "an", "đã hỏi", merged), (again, "merge", "an", "đã hỏi", None),
    ]  # fmt: skip


def test_merges_lead_on_and_one_is_undone_without_the_other(
    database: Database, bench: Workbench, decide: Decide, tx_of: Callable[[], Any]
) -> None:
    here, there = two_of_a_name(database, bench)
    publish(database, bench, a_report(2, name="Nguyễn Văn Hùng", province="Lào Cai"))
    (north,) = {*people(database)} - {here, there}
    first = decide(rulings.merge, here, there)
    second = decide(rulings.merge, here, north)
    assert whom(tx_of, database, 0, 1, 2) == [north] * 3, "what was merged goes along"
    decide(rulings.undo, first)
    assert whom(tx_of, database, 0, 1, 2) == [here, north, north]
    decide(rulings.undo, second)
    assert whom(tx_of, database, 0, 1, 2) == [here, there, north]


def test_a_split_gives_articles_to_a_new_entity_and_new_articles_to_the_one_they_fit(
    database: Database, bench: Workbench, decide: Decide, tx_of: Callable[[], Any]
) -> None:
    reports = [a_report(0, name="Nguyễn Văn Hùng"), a_report(1, name="Nguyễn Văn Hùng", rank="Thượng tá")]
    publish(database, bench, *reports)
    (one,) = people(database)
    decide(rulings.split, one, [article(database, 1)])
    (other,) = {*people(database)} - {one}
    assert whom(tx_of, database, 0, 1) == [one, other]
    facts = "SELECT entity_id, rank FROM entity_fact ORDER BY rank"
    assert [(written(ENTITY, id), rank) for id, rank in database.rows(facts)] == [(other, 13), (one, 14)]


def test_a_split_holds_when_the_article_is_processed_again(
    database: Database, bench: Workbench, decide: Decide, tx_of: Callable[[], Any]
) -> None:
    publish(database, bench, a_report(0), a_report(1))
    (one,) = people(database)
    decide(rulings.split, one, [article(database, 1)])
    (other,) = {*people(database)} - {one}
    id = database.value("SELECT article_id FROM article_version WHERE title = 'Hội nghị số 1'")
    with tx_of() as tx:
        linking.link(tx, [Named(article_id=id, version=2, naming=named(a_report(1)))], now=NOON)
    told = "SELECT entity_id, reason, decision_id IS NOT NULL FROM article_entity WHERE version = 2 AND type = 'person'"
    ((kept, reason, decided),) = database.rows(told)
    assert (written(ENTITY, kept), reason, decided) == (other, "a person decided so", True)


def test_a_split_can_be_undone(database: Database, bench: Workbench, decide: Decide, tx_of: Callable[[], Any]) -> None:
    publish(database, bench, a_report(0), a_report(1))
    (one,) = people(database)
    before = database.rows("SELECT * FROM entity_fact ORDER BY 1, 2")
    made = decide(rulings.split, one, [article(database, 1)])
    decide(rulings.undo, made)
    assert whom(tx_of, database, 0, 1) == [one, one]
    assert database.rows("SELECT * FROM entity_fact ORDER BY 1, 2") == before


def test_a_split_on_which_a_later_one_stands_is_not_undone_before_it(
    database: Database, bench: Workbench, decide: Decide
) -> None:
    publish(database, bench, a_report(0), a_report(1))
    (one,) = people(database)
    first = decide(rulings.split, one, [article(database, 1)])
    (other,) = {*people(database)} - {one}
    second = decide(rulings.split, other, [article(database, 1)])
    with pytest.raises(RulingRefused, match="a later decision says otherwise; undo that first"):
        decide(rulings.undo, first)
    decide(rulings.undo, second)
    with pytest.raises(RulingRefused, match="a later decision says otherwise"):
        decide(rulings.undo, first)


def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    database: Database, bench: Workbench, decide: Decide
) -> None:
    here, there = two_of_a_name(database, bench)
    place = written(ENTITY, database.value("SELECT id FROM entity WHERE type = 'place' LIMIT 1"))
    merged = decide(rulings.merge, here, there)
    nobody, nothing = f"ent_{'0' * 32}", f"dec_{'0' * 32}"
    for refused in (
        lambda: decide(rulings.merge, there, here), lambda: decide(rulings.merge, here, here),
        lambda: decide(rulings.merge, here, place), lambda: decide(rulings.split, here, []),
        lambda: decide(rulings.split, place, [f"art_{'0' * 32}"]), lambda: decide(rulings.split, here, ["7"]),
        lambda: decide(rulings.split, here, [article(database, 0)], into=there),
    ):  # fmt: skip
        with pytest.raises(RulingRefused):
            refused()
    for unknown in (lambda: decide(rulings.merge, nobody, here), lambda: decide(rulings.undo, nothing)):
        with pytest.raises(NotKnown):
            unknown()
    undone = decide(rulings.undo, merged)
    for twice in (merged, undone):
        with pytest.raises(RulingRefused):
            decide(rulings.undo, twice)
    assert database.count("entity_decision") == 2
