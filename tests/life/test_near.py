"""What nearly says the same, through an article's life: hidden articles are related to nobody, killed ones have heirs."""

from uuid import UUID

from services.enrich.records import fingerprints
from services.enrich.text.article import Said
from services.enrich.text.clean import clean
from services.enrich.text.duplicates import fingerprint
from shared.database import transaction
from tests.factories import an_article
from tests.life.conftest import TEXT, Newsroom
from tests.life.test_embargo import in_, let_pass

LONG = TEXT + (
    "\nLễ khánh thành có đông đảo bà con hai xã tham dự. Ông Trần Văn Bảy, người dân xã Ba Chùa, cho biết từ nay con em"
    " đi học không còn phải qua đò ngang.\n\nCông trình có tổng vốn 32 tỉ đồng, khởi công từ tháng 5/2024, gồm cầu chính"
    " và 600 mét đường dẫn hai đầu.\n"
)
NEAR = LONG.replace("không còn phải qua đò ngang", "không phải qua đò ngang nữa")
UPDATED = LONG.replace("32 tỉ đồng", "35 tỉ đồng")


def test_an_article_under_embargo_is_related_to_nobody(newsroom: Newsroom) -> None:
    newsroom.post(LONG, Bulletin_Embargo=in_(3600))
    newsroom.work()
    near, updated = newsroom.post(NEAR), newsroom.post(UPDATED)
    newsroom.work()
    assert newsroom.receipt(near)["state"] == "published"
    assert newsroom.receipt(near)["duplicate_of"] is None
    hidden = newsroom.database.value("SELECT id FROM article WHERE NOT announced").hex
    assert hidden not in newsroom.ingest.http.get(f"/v1/bulletins/{updated}").text
    assert hidden not in str([newsroom.get(f"/v1/articles/{id}") for id in newsroom.listed()])
    let_pass(newsroom)
    newsroom.lift()
    assert newsroom.invariants() == {}


def test_a_near_duplicate_takes_the_place_of_a_killed_article(newsroom: Newsroom) -> None:
    original = newsroom.publish(LONG)
    near, exact = newsroom.post(NEAR), newsroom.post(LONG.upper())
    newsroom.work()
    assert [newsroom.receipt(one)["duplicate_of"] for one in (near, exact)] == [original, original]
    assert newsroom.order("kill", original).json()["successor"] == near
    newsroom.work()
    (heir,) = newsroom.listed()
    assert newsroom.receipt(exact)["duplicate_of"] == heir
    assert newsroom.invariants() == {}


def test_what_was_killed_while_its_words_were_waited_for_is_no_original(newsroom: Newsroom) -> None:
    """A worker reads the candidates, waits for the locks, and looks again."""
    original = newsroom.publish(LONG)
    article, known = fingerprint(clean(an_article(NEAR))), dict[int, tuple[UUID, Said]]()
    with transaction(newsroom.bench.tx_engine) as tx:
        assert len(fingerprints.candidates(tx, [article], known)[article.id]) == 1
        newsroom.order("kill", original)
        assert fingerprints.candidates(tx, [article], known)[article.id] == []


def test_a_relation_to_what_was_killed_or_withheld_is_not_told(newsroom: Newsroom) -> None:
    original = newsroom.publish(LONG)
    updated = newsroom.publish(UPDATED)
    assert [one["article"] for one in newsroom.get(f"/v1/articles/{updated}")["relations"]] == [original]
    newsroom.order("withhold", original)
    assert newsroom.get(f"/v1/articles/{updated}")["relations"] == []
    newsroom.order("release", original)
    newsroom.order("kill", updated)
    assert newsroom.get(f"/v1/articles/{original}")["relations"] == []
    assert newsroom.invariants() == {}


def test_what_is_near_to_the_newest_version_is_its_duplicate(newsroom: Newsroom) -> None:
    newsroom.put(TEXT)
    newsroom.put(LONG)
    newsroom.work()
    near = newsroom.post(NEAR)
    newsroom.work()
    assert newsroom.receipt(near)["duplicate_of"] == newsroom.only_article()
    assert newsroom.invariants() == {}


def test_an_article_that_comes_to_say_what_another_says_is_related_to_it(newsroom: Newsroom) -> None:
    """Neither is hidden: who follows an article must see what its newsroom now says."""
    original = newsroom.publish(LONG)
    newsroom.put("Hội chợ Cồn Phụng\n\nSáng 6/9/2025, xã Tân Thạch mở hội chợ trái cây, có 40 gian hàng của bà con.")
    newsroom.work()
    (other,) = set(newsroom.listed()) - {original}
    assert newsroom.get(f"/v1/articles/{other}")["relations"] == []
    for text, kind in ((NEAR, "near"), (UPDATED, "revision"), (LONG.upper(), "exact")):
        revising = newsroom.put(text).json()["id"]
        newsroom.work()
        (relation,) = newsroom.get(f"/v1/articles/{other}")["relations"]
        assert (relation["kind"], relation["article"], relation["direction"]) == (kind, original, "to")
        assert newsroom.receipt(revising)["duplicate_of"] is None
        assert {other, original} == set(newsroom.listed())
        assert newsroom.invariants() == {}
    assert len(newsroom.get(f"/v1/articles/{original}")["relations"]) == 3


def test_a_revision_is_not_related_to_what_its_article_said_before(newsroom: Newsroom) -> None:
    newsroom.put(LONG)
    newsroom.put(NEAR)
    newsroom.put(UPDATED)
    newsroom.work()
    assert newsroom.get(f"/v1/articles/{newsroom.only_article()}")["relations"] == []
    assert newsroom.invariants() == {}
