"""Two articles that come to say the same both stay, are related, and have one of them for the original of whatever comes."""

from datetime import UTC, datetime, timedelta

from services.enrich.commands.applying import Replay
from services.enrich.commands.replay import selected
from shared.database import make_engine
from shared.ids import new_id
from tests.life.conftest import MENDED, TEXT, WHO, Newsroom

HERS = "/v1/sources/bao-vinh-long/bulletins/1"
HIS = "/v1/sources/dai-phat-thanh/bulletins/1"


def relations(newsroom: Newsroom, id: str) -> list[tuple[str, str, str]]:
    told = newsroom.get(f"/v1/articles/{id}")["relations"]
    return [(one["kind"], one["direction"], one["article"]) for one in told]


def put(newsroom: Newsroom, text: str, path: str, **headers: str) -> str:
    bulletin = newsroom.put(text, path, **headers).json()["id"]
    newsroom.work()
    return str((newsroom.receipt(bulletin)["article"] or {}).get("id"))


def test_by_a_revision_and_the_words_are_those_of_who_said_them_first(newsroom: Newsroom) -> None:
    earlier = put(newsroom, MENDED.replace("Cầu dài", "Cây cầu dài 12 nhịp,"), HERS)
    first = put(newsroom, TEXT, HIS)
    assert put(newsroom, TEXT, HERS) == earlier
    assert set(newsroom.listed()) == {earlier, first}
    assert ("exact", "to", first) in relations(newsroom, earlier)
    assert ("exact", "from", earlier) in relations(newsroom, first)
    copy = newsroom.post(TEXT.upper())
    newsroom.work()
    assert newsroom.receipt(copy)["duplicate_of"] == first
    newsroom.order("kill", first)
    assert newsroom.listed() == [earlier]
    assert newsroom.receipt(copy)["duplicate_of"] == earlier
    assert newsroom.invariants() == {}


def test_by_the_end_of_an_embargo(newsroom: Newsroom) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    newsroom.put(TEXT, HERS, Bulletin_Embargo=until.isoformat())
    newsroom.work()
    first = put(newsroom, TEXT, HIS)
    newsroom.database.run("UPDATE article SET embargo_until = now() WHERE NOT announced")
    assert newsroom.lift() == 1
    (later,) = set(newsroom.listed()) - {first}
    assert relations(newsroom, later) == [("exact", "to", first)]
    assert relations(newsroom, first) == [("exact", "from", later)]
    assert newsroom.invariants() == {}


def read_again(newsroom: Newsroom) -> None:
    """As if an engine of yesterday had made all; then the engine of today reads it."""
    newsroom.database.run("UPDATE article_version SET pipeline = 'of-yesterday'")
    engine = make_engine(newsroom.database.url, "test-replay", pool_size=2)
    Replay(engine=engine, rate=1e6, jobs=1, clock=newsroom.bench.clock, new_id=new_id).run(selected(None, []))
    engine.dispose()


def test_what_a_replay_makes_a_duplicate_a_person_shows_again_and_no_replay_hides_it(newsroom: Newsroom) -> None:
    first = newsroom.publish(TEXT)
    # As if the engine of yesterday had not known the words again.
    newsroom.database.run("UPDATE article_band SET key = key + 1")
    newsroom.database.run("UPDATE article SET exact_key = sha256(exact_key)")
    second = newsroom.publish(TEXT.upper())
    read_again(newsroom)
    assert newsroom.listed() == [first]
    answer = newsroom.api.http.get(f"/v1/articles/{second}", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, f"/v1/articles/{first}")
    assert newsroom.told()[-1] == ("article.merged", 1)
    order = {**WHO, "to": first, "kind": "none"}
    made = newsroom.ingest.http.post(f"/v1/articles/{second}/relations", json=order)
    assert made.status_code == 200, made.text
    assert set(newsroom.listed()) == {first, second}
    read_again(newsroom)
    assert set(newsroom.listed()) == {first, second}
    assert newsroom.told()[-1] == ("article.released", 1)
    assert newsroom.invariants() == {}
