"""The pages of entities, and the filters by them, over the wire."""

from typing import Any

import pytest

from shared.contracts.article import ArticleList, ArticleOut
from shared.contracts.entity import CooccurringList, EntityDetail, EntityList, Timeline
from tests.api.conftest import Publish
from tests.api.test_routes import get, refusal
from tests.servers import Service

OPENING = """Khai mạc hội thao ở Thanh Hóa

Sáng 12/3/2024, Đại tá Ngô Văn Thử, Phó Giám đốc Công an tỉnh Thanh Hóa, dự lễ khai mạc hội thao tại xã Bát Mọt.

Ông Thử trao cờ cho các đội theo Nghị định 100/2019/NĐ-CP.
"""
CLOSING = """Bế mạc hội thao

Chiều 2/4/2024, Đại tá Ngô Văn Thử, Phó Giám đốc Công an tỉnh Thanh Hóa, trao giải cho 12 đội.
"""
ELSEWHERE = """Tập huấn ở Lào Cai

Ngày 5/4/2024, bà Vàng Thị Xuyến, Giám đốc Sở Y tế tỉnh Lào Cai, mở lớp tập huấn cho cán bộ.
"""
ALL = [OPENING, CLOSING, ELSEWHERE]


def names(api: Service, query: str) -> list[str]:
    return [one.name for one in EntityList.model_validate(get(api, f"/v1/entities?{query}")).data]


def the(api: Service, query: str) -> Any:
    (found,) = get(api, f"/v1/entities?{query}")["data"]
    return get(api, found["href"])


def titles(api: Service, query: str) -> list[str]:
    return [one.title for one in ArticleList.model_validate(get(api, f"/v1/articles?{query}")).data]


def test_there_are_no_entities_at_first(api: Service) -> None:
    assert get(api, "/v1/entities") == {"data": [], "page": {"limit": 50, "next": None}}


def test_entities_are_found_by_words_of_their_names_with_accents_or_without(api: Service, publish: Publish) -> None:
    publish(ALL)
    assert names(api, "q=ngo van thu") == names(api, "q=Ngô Văn Thử") == ["Ngô Văn Thử"]
    assert names(api, "q=thanh hoá&type=organization") == ["Công an tỉnh Thanh Hóa"]
    assert names(api, "q=cong an thanh h") == ["Công an tỉnh Thanh Hóa"]
    assert names(api, "q=tỉnh Thanh Hóa&type=place") == ["tỉnh Thanh Hóa"]
    assert names(api, "q=100/2019") == ["Nghị định 100/2019/NĐ-CP"]
    assert names(api, "q=...") == names(api, "q=Nguyễn Thị Không Có") == []


def test_what_is_called_just_so_stands_first_then_vietnamese_order(api: Service, publish: Publish) -> None:
    publish(ALL)
    assert names(api, "q=tinh thanh hoa") == ["tỉnh Thanh Hóa", "Công an tỉnh Thanh Hóa"]
    assert names(api, "type=place") == ["tỉnh Lào Cai", "tỉnh Thanh Hóa", "xã Bát Mọt"]


@pytest.mark.parametrize("query", ["limit=1", "limit=1&q=t", "limit=2&type=place"])
def test_the_pages_hold_every_entity_once(api: Service, publish: Publish, query: str) -> None:
    publish(ALL)
    whole = names(api, query.replace("limit=1", "limit=200").replace("limit=2&", "limit=200&"))
    seen, onward = [], ""
    while True:
        page = get(api, f"/v1/entities?{query}{onward}")
        seen += [one["name"] for one in page["data"]]
        if page["page"]["next"] is None:
            break
        onward = f"&cursor={page['page']['next']}"
    assert (seen, len(seen)) == (whole, len(set(seen)))
    assert len(seen) > 2


def test_a_person_has_rank_and_posts_with_their_first_and_last_day(api: Service, publish: Publish) -> None:
    publish(ALL)
    told = EntityDetail.model_validate(the(api, "q=ngo van thu"))
    assert (told.type, told.articles, told.undated, told.aliases, told.merged) == ("person", 2, 0, ["Ngô Văn Thử"], [])
    assert [(one.text, str(one.first_day), str(one.last_day), one.articles) for one in told.ranks] == [
        ("Đại tá", "2024-03-12", "2024-04-02", 2)
    ]
    assert [(one.text, one.organisation, one.articles) for one in told.posts] == [
        ("Phó Giám đốc Công an tỉnh Thanh Hóa", "Công an tỉnh Thanh Hóa", 2)
    ]


def test_the_article_names_the_entities_by_their_ids(api: Service, publish: Publish) -> None:
    publish(ALL)
    person, place, law = (the(api, f"q={q}")["id"] for q in ("ngo van thu", "bat mot", "100/2019"))
    article = ArticleOut.model_validate(get(api, get(api, f"/v1/articles?law={law}")["data"][0]["href"]))
    assert [one.entity for one in article.people] == [person]
    assert {one.entity for one in article.entities if one.type == "PERSON"} == {person}
    assert [one.entity for one in article.places if one.name == "xã Bát Mọt"] == [place]
    assert [one.entity for one in article.citations] == [law]


def test_articles_are_found_by_what_they_name(api: Service, publish: Publish) -> None:
    publish(ALL)
    person = the(api, "q=ngo van thu")
    both = ["Bế mạc hội thao", "Khai mạc hội thao ở Thanh Hóa"]
    assert titles(api, f"entity={person['id']}") == titles(api, f"person={person['id']}") == both
    assert titles(api, "person=ngo van thu") == titles(api, "person=Ngô Văn Thử") == both
    assert titles(api, "org=Công an tỉnh Thanh Hóa") == both
    assert titles(api, "law=100/2019/NĐ-CP") == titles(api, "law=Nghị định 100/2019/NĐ-CP") == both[1:]
    assert titles(api, "person=Ngô Văn Thử&law=100/2019/NĐ-CP") == both[1:]
    assert titles(api, "person=Ngô Văn Thừ") == titles(api, f"entity=ent_{'0' * 32}") == []
    assert titles(api, "org=Sở Y tế tỉnh Lào Cai") == ["Tập huấn ở Lào Cai"]


def test_the_articles_of_an_entity_come_in_pages_newest_first(api: Service, publish: Publish) -> None:
    publish(ALL)
    path = f"{the(api, 'q=ngo van thu')['href']}/articles?limit=1"
    first = get(api, path)
    second = get(api, f"{path}&cursor={first['page']['next']}")
    assert [page["data"][0]["title"] for page in (first, second)] == [
        "Bế mạc hội thao",
        "Khai mạc hội thao ở Thanh Hóa",
    ]
    assert second["page"]["next"] is None


def test_the_timeline_goes_back_month_by_month(api: Service, publish: Publish) -> None:
    publish(ALL)
    path = f"{the(api, 'q=ngo van thu')['href']}/timeline"
    told = Timeline.model_validate(get(api, path))
    assert [(str(one.month), one.articles, one.mentions) for one in told.data] == [
        ("2024-04-01", 1, 1), ("2024-03-01", 1, 2),
    ]  # fmt: skip
    assert [(one.rank, one.text) for one in told.data[0].posts] == [("Đại tá", "Phó Giám đốc Công an tỉnh Thanh Hóa")]
    first = get(api, f"{path}?limit=1")
    (second,) = get(api, f"{path}?limit=1&cursor={first['page']['next']}")["data"]
    assert second["month"] == "2024-03-01"


def test_what_is_named_together_is_counted_by_articles(api: Service, publish: Publish) -> None:
    publish(ALL)
    path = f"{the(api, 'q=ngo van thu')['href']}/cooccurring"
    told = CooccurringList.model_validate(get(api, path)).data
    assert [(one.name, one.articles) for one in told][:2] == [("Công an tỉnh Thanh Hóa", 2), ("tỉnh Thanh Hóa", 2)]
    assert "tỉnh Lào Cai" not in {one.name for one in told}
    assert [one["name"] for one in get(api, f"{path}?type=document")["data"]] == ["Nghị định 100/2019/NĐ-CP"]
    first = get(api, f"{path}?limit=1")
    second = get(api, f"{path}?limit=1&cursor={first['page']['next']}")
    assert [page["data"][0]["name"] for page in (first, second)] == ["Công an tỉnh Thanh Hóa", "tỉnh Thanh Hóa"]


@pytest.mark.parametrize("status", ["withheld", "canceled", "embargo"])
def test_what_readers_may_not_see_does_not_count(api: Service, publish: Publish, status: str) -> None:
    publish(ALL)
    person, elsewhere = the(api, "q=ngo van thu"), the(api, "q=vang thi xuyen")
    hide = f"pub_status = '{status}'"
    if status == "embargo":
        hide = "announced = false, embargo_until = now() + interval '1 hour'"
    hidden = "SELECT article_id FROM article_version WHERE title IN ('Bế mạc hội thao', 'Tập huấn ở Lào Cai')"
    api.database.run(f"UPDATE article SET {hide} WHERE id IN ({hidden})")
    assert (get(api, person["href"])["articles"], get(api, person["href"])["last_day"]) == (1, "2024-03-12")
    assert [one["month"] for one in get(api, f"{person['href']}/timeline")["data"]] == ["2024-03-01"]
    assert names(api, "q=vang thi xuyen") == []
    assert refusal(api, elsewhere["href"], 404) == "no_such_entity"


def test_what_is_asked_wrongly_is_refused(api: Service, publish: Publish) -> None:
    publish(1)
    place = get(api, "/v1/entities?type=place")["data"][0]["href"]
    for path in (
        "/v1/entities?sort=name", "/v1/entities?type=animal", "/v1/entities?limit=0", "/v1/articles?entity=Thanh",
        f"{place}/articles?q=x", f"{place}/timeline?type=place", f"{place}/cooccurring?type=x",
    ):  # fmt: skip
        assert refusal(api, path, 400) == "invalid_parameter", path
    for path in ("/v1/entities", f"{place}/articles", f"{place}/timeline", f"{place}/cooccurring"):
        for wrong in ("x", "WyJhcnRpY2xlcyIsOV0x", "W10", "WyJlbnRpdGllcyIsMSwiYSIsImIiXQ"):
            assert refusal(api, f"{path}?cursor={wrong}", 400) == "bad_cursor", (path, wrong)
    for id in ("ent_0", f"ent_{'0' * 32}", f"art_{'0' * 32}"):
        for rest in ("", "/articles", "/timeline", "/cooccurring"):
            assert refusal(api, f"/v1/entities/{id}{rest}", 404) == "no_such_entity"
