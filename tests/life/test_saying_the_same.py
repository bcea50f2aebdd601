"""Two articles that come to say the same both stay, are related, and have one of them for the original of whatever comes."""

from datetime import UTC, datetime, timedelta

from tests.life.conftest import MENDED, TEXT, Newsroom

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
