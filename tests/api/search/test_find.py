"""Articles are found by words, as people type them, and by filters."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Publish
from tests.servers import Service

BRIDGE = "Khánh thành cầu Vàm Sáng\n\nSáng 5/9/2025, tỉnh Vĩnh Long khánh thành cầu nối hai bờ kênh Ba Chùa.\n\nCầu dài 214 mét."
FAIR = "Hội chợ Cồn Phụng\n\nNgày 6/9/2025, tỉnh Lào Cai mở hội chợ bên cầu Vàm Sáng.\n\nCó 40 gian hàng của bà con."
FERRY = "Bến phà Thanh Hóa\n\nNgày 7/9/2025, bến phà ở Thanh Hóa nghỉ một ngày.\n\nNgười dân qua cầu cũ, không qua Vàm Sáng."
PLAIN = "Ben pha Thanh Hoa\n\nNgay 8/9/2025, ben pha o Thanh Hoa chay lai."


def found(api: Service, q: str, **more: Any) -> list[str]:
    """The first words of the titles that are found."""
    answer = api.http.get("/v1/articles", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return [" ".join(article["title"].split()[:2]) for article in answer.json()["data"]]


@pytest.fixture
def library(api: Service, publish: Publish) -> Service:
    """Four articles."""
    publish([BRIDGE, FAIR, FERRY, PLAIN])
    return api


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("kênh", {"Khánh thành"}),
        ("cầu", {"Khánh thành", "Hội chợ", "Bến phà"}),
        ("cầu kênh", {"Khánh thành"}),
        ('"bờ kênh"', {"Khánh thành"}),
        ('"kênh bờ"', set()),
        ('"cầu Vàm Sáng"', {"Khánh thành", "Hội chợ"}),
        ('cầu -"cầu Vàm Sáng"', {"Bến phà"}),
        ("phà OR kênh", {"Khánh thành", "Bến phà"}),
        ("Vàm Sáng (kênh OR chợ)", {"Khánh thành", "Hội chợ"}),
        ("title:cầu", {"Khánh thành"}),
        ("lead:cầu", {"Khánh thành", "Hội chợ"}),
        ("body:cầu -lead:cầu", {"Bến phà"}),
        ("chơ*", set()),
        ("gia*", {"Hội chợ"}),
        ('place:"Lào Cai"', {"Hội chợ"}),
        ("province:Vĩnh-Long", {"Khánh thành"}),
        ("cầu date:2025-09-06", {"Hội chợ"}),
        ("date:[2025-09-06 TO 2025-09-07] OR kênh", {"Khánh thành", "Hội chợ", "Bến phà"}),
        ("-cầu", {"Ben pha"}),
        ("214", {"Khánh thành"}),
        ("không-có-từ-nào", set()),
    ],
)  # fmt: skip
def test_what_is_asked_is_found(library: Service, q: str, titles: set[str]) -> None:
    assert set(found(library, q)) == titles


def test_headlines_come_before_leads_and_leads_before_bodies(library: Service) -> None:
    assert found(library, "cầu") == ["Khánh thành", "Hội chợ", "Bến phà"]
    assert found(library, "cầu", sort="newest") == ["Bến phà", "Hội chợ", "Khánh thành"]
    assert found(library, "cầu", sort="event") == ["Bến phà", "Hội chợ", "Khánh thành"]


def test_without_accents_all_are_found_and_texts_that_have_some_come_first(library: Service) -> None:
    assert found(library, "thanh hoa") == ["Bến phà", "Ben pha"]
    assert found(library, '"thanh hoa"') == ["Bến phà", "Ben pha"]


def test_an_article_is_found_once_however_many_of_its_parts_are_hit(library: Service) -> None:
    """The better grades hold it; the others leave it out."""
    assert found(library, "khanh thanh") == ["Khánh thành"]
    assert found(library, "khanh") == ["Khánh thành"]
    assert found(library, "chợ") == found(library, "cho", diacritics="fold") == ["Hội chợ"]


def test_with_accents_only_what_has_them_is_found_unless_they_shall_not_count(library: Service) -> None:
    assert found(library, "Thanh Hóa") == ["Bến phà"]
    assert found(library, "Thanh Hóa", diacritics="fold") == ["Bến phà", "Ben pha"]
    assert found(library, "Thanh Hoa", diacritics="strict") == ["Ben pha"]


def test_the_tone_may_stand_in_its_old_place(library: Service) -> None:
    assert found(library, "Thanh Hoá") == ["Bến phà"]


def test_filters_and_words_are_all_asked_for(library: Service) -> None:
    assert found(library, "cầu", province="Lào Cai") == ["Hội chợ"]
    assert found(library, "cầu", province=["Lào Cai", "Vĩnh Long"]) == ["Khánh thành", "Hội chợ"]
    assert found(library, "cầu", province="-Lào Cai") == ["Khánh thành", "Bến phà"]
    assert found(library, "", province="Lào Cai") == ["Hội chợ"]
    assert found(library, "cầu", date_from="2025-09-07") == ["Bến phà"]
    assert found(library, "cầu", has="captions") == []
    assert found(library, "cầu", kind="first", source="-bao-la") == ["Khánh thành", "Hội chợ", "Bến phà"]


def test_entities_are_asked_for_among_words_and_left_out(library: Service) -> None:
    counts = library.http.get("/v1/facets", params={"facets": "place"}).json()["counts"]["place"]
    lao_cai = next(one["value"] for one in counts if one["name"].endswith("Lào Cai"))
    assert found(library, "", entity=lao_cai) == ["Hội chợ"]
    assert found(library, "", entity=f"-{lao_cai}") == ["Ben pha", "Bến phà", "Khánh thành"]
    assert found(library, "cầu", entity=f"-{lao_cai}") == ["Khánh thành", "Bến phà"]


def test_a_person_is_found_beside_words(api: Service, publish: Publish) -> None:
    publish([
        "Tin Cà Mau\n\nNgày 5/9/2025, Đại tá Ngô Văn Thử, Giám đốc Công an tỉnh Cà Mau, dự hội nghị.", BRIDGE, FAIR,
    ])  # fmt: skip
    assert found(api, 'person:"Ngô Văn Thử"') == ["Tin Cà"]
    assert set(found(api, 'kênh OR person:"ngo van thu"')) == {"Tin Cà", "Khánh thành"}
    assert found(api, 'tỉnh -person:"Ngô Văn Thử"', sort="newest") == ["Hội chợ", "Khánh thành"]
    assert found(api, 'hội "tỉnh Cà Mau" person:"Ngô Văn Thử"') == ["Tin Cà"]


def test_what_was_hit_is_told_by_its_places(library: Service) -> None:
    answer = library.http.get(
        "/v1/articles", params={"q": '"cau vam sang" kênh', "highlight": True, "diacritics": "fold"}
    )
    (article,) = answer.json()["data"]
    text = library.http.get(article["href"]).json()["text"]
    words = {"title": article["title"], "text": text}
    assert [(one["field"], words[one["field"]][one["start"] : one["end"]]) for one in article["highlights"]] == [
        ("title", "cầu Vàm Sáng"), ("text", "cầu Vàm Sáng"), ("text", "kênh"),
    ]  # fmt: skip
    piece = article["snippet"]
    assert text[piece["start"] : piece["end"]] == piece["text"]
    assert "kênh" in piece["text"]


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("sort", ["relevance", "newest", "published", "event"])
def test_page_by_page_everything_comes_once_and_in_order(library: Service, limit: int, sort: str) -> None:
    whole = found(library, "cầu OR pha", sort=sort, limit=50)
    assert sorted(whole) == ["Ben pha", "Bến phà", "Hội chợ", "Khánh thành"]
    walked, path = [], f"/v1/articles?q={quote('cầu OR pha')}&sort={sort}&limit={limit}"
    while path:
        answer = library.http.get(path)
        walked += [" ".join(article["title"].split()[:2]) for article in answer.json()["data"]]
        path = answer.links.get("next", {}).get("url", "")
    assert walked == whole


def test_a_cursor_is_good_for_its_filters_only(library: Service) -> None:
    next_page = library.http.get("/v1/articles", params={"q": "cầu", "limit": 1}).json()["page"]["next"]
    other = library.http.get("/v1/articles", params={"q": "phà", "limit": 1, "cursor": next_page})
    assert (other.status_code, other.json()["code"]) == (400, "cursor_filter_mismatch")
    same = library.http.get("/v1/articles", params={"q": "cầu", "limit": 2, "cursor": next_page})
    assert len(same.json()["data"]) == 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"q": 'cầu "Vàm'}, "bad_query"), ({"q": "tile:cầu"}, "bad_query"), ({"q": "place:Khôngcó"}, "bad_query"),
        ({"q": "a" * 501}, "invalid_parameter"), ({"sort": "best"}, "invalid_parameter"), ({"q": "a\0b"}, "invalid_parameter"),
        ({"diacritics": "no"}, "invalid_parameter"), ({"entity": "Vĩnh Long"}, "invalid_parameter"),
        ({"story": "1"}, "invalid_parameter"), ({"source": ""}, "invalid_parameter"), ({"source": "a\0"}, "invalid_parameter"),
        ({"id": "1,2"}, "invalid_parameter"), ({"kind": "-third"}, "invalid_parameter"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_refused(api: Service, params: dict[str, str], code: str) -> None:
    answer = api.http.get("/v1/articles", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text


def test_an_error_points_at_the_character(api: Service) -> None:
    (fault,) = api.http.get("/v1/articles", params={"q": 'cầu "Vàm'}).json()["errors"]
    assert fault["pointer"] == "query/q:4"


def test_articles_are_fetched_by_their_ids(library: Service) -> None:
    ids = [article["id"] for article in library.http.get("/v1/articles").json()["data"]]
    answer = library.http.get("/v1/articles", params={"id": ",".join([ids[3], ids[0], "art_" + "0" * 32])})
    assert [article["id"] for article in answer.json()["data"]] == [ids[0], ids[3]]


def test_what_is_found_is_counted_by_facets(library: Service) -> None:
    asked = {"q": "cầu", "facets": "province,month,kind,type", "count": "exact", "limit": 1}
    answer = library.http.get("/v1/articles", params=asked).json()
    counted = answer["facets"]
    assert (counted["articles"], counted["complete"]) == (3, True)
    assert {one["name"]: one["count"] for one in counted["counts"]["province"]} == {
        "Vĩnh Long": 1, "Lào Cai": 1, "Thanh Hóa": 1,
    }  # fmt: skip
    assert counted["counts"]["kind"] == [{"value": "first", "name": "first", "count": 3}]
    assert {one["value"] for one in counted["counts"]["type"]} >= {"place"}
    assert answer["count"] == {"articles": 3, "exact": True}
    del asked["count"], asked["limit"]
    assert library.http.get("/v1/facets", params=asked).json() == counted


def test_an_entity_facet_leads_to_its_articles(library: Service) -> None:
    counts = library.http.get("/v1/facets", params={"facets": "entity,place"}).json()["counts"]
    assert counts["entity"]
    for one in counts["place"]:
        assert len(library.http.get("/v1/articles", params={"entity": one["value"]}).json()["data"]) == one["count"]


def test_only_the_fields_that_were_asked_for_are_shown(library: Service) -> None:
    (brief,) = library.http.get("/v1/articles", params={"q": "kênh", "fields": "title,href"}).json()["data"]
    assert brief == {"id": brief["id"], "title": "Khánh thành cầu Vàm Sáng", "href": f"/v1/articles/{brief['id']}"}
    (whole,) = library.http.get("/v1/articles", params={"q": "kênh", "fields": "text,dates,relations"}).json()["data"]
    article = library.http.get(f"/v1/articles/{brief['id']}").json()
    assert whole == {name: article[name] for name in ("id", "text", "dates", "relations")}


@pytest.mark.parametrize("fields", ["titel", "@brief", ""])
def test_a_field_that_is_none_is_refused(api: Service, fields: str) -> None:
    answer = api.http.get("/v1/articles", params={"fields": fields})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
