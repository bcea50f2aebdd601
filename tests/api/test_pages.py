"""The pages for readers: whole without script, in two languages, strict about escaping, and open about every value."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from services.enrich import pipeline
from tests.api.conftest import Publish
from tests.factories import some_bulletins
from tests.servers import Service

VISIT = """Ngày 12-3-2024

Công an tỉnh Thanh Hóa thăm làng chài Ba Cồn

Sáng 12/3, Đại tá Lò Văn Thử, Phó Giám đốc Công an tỉnh Thanh Hóa, đến thăm bà con xã Đông Vinh, thành phố Thanh Hóa.

Đại tá Lò Văn Thử thăm bà con làng chài. Ảnh: Mai Lê

Theo Nghị định 15/2020/NĐ-CP ngày 3/2/2020, năm 2023 xã đã lập 3 tổ tự quản.

Mai Lê
"""
SCRIPT = "<script>alert('tin')</script><img src=x onerror=alert(1)>\"'><b>đậm</b>"
HTML = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "accept-language": "vi"}


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    # Else the first text of a session would be charged for reading all lists.
    pipeline.warm_up()


class Page(HTMLParser):
    """What a browser would make of a page: elements, their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attrs
            for name, attrs in self.elements
            if name == tag and all(value in (attrs.get(key.rstrip("_")) or "").split() for key, value in wanted.items())
        ]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def get(api: Service, path: str, status: int = 200, **headers: str) -> str:
    answer = api.http.get(path, headers={**HTML, **headers}, follow_redirects=True)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def the_articles(api: Service) -> list[dict[str, Any]]:
    """What is there, the newest first."""
    return list(api.http.get("/v1/articles").json()["data"])


def test_the_front_page_lists_articles_and_leads_to_them(api: Service, publish: Publish) -> None:
    publish([VISIT])
    page = Page(get(api, "/"))
    (article,) = the_articles(api)
    assert "Công an tỉnh Thanh Hóa thăm làng chài Ba Cồn" in page.text
    assert page.all("a", href=f"/articles/{article['id']}")


def test_an_article_shows_what_is_known_where_it_stands(api: Service, publish: Publish) -> None:
    publish([VISIT])
    (article,) = the_articles(api)
    html = get(api, f"/articles/{article['id']}")
    page = Page(html)
    marked = re.findall(r'<a class="m (\w+)[^"]*" href="#c\d+" data-cards="[\d ]+">([^<]+)</a>', html)
    assert ("person", "Lò Văn Thử") in marked
    assert ("date", "Sáng 12/3") in marked
    assert any(kind == "place" and "Đông Vinh" in words for kind, words in marked)
    assert any(kind == "document" and "15/2020/NĐ-CP" in words for kind, words in marked)
    assert {kind for kind, _ in marked} == {"person", "organization", "place", "date", "document"}
    for card in page.all("section", class_="card"):
        assert card["aria-labelledby"]
    assert "dates." in page.text, "the rule by which a day is known"
    assert "12/3/2024" in page.text
    assert "Ảnh: Mai Lê" in page.text


def test_a_text_is_shown_whole_whatever_is_marked_in_it(api: Service, publish: Publish) -> None:
    publish([VISIT])
    (article,) = the_articles(api)
    found = re.search(r'<article class="text".*?</article>', get(api, f"/articles/{article['id']}"), re.DOTALL)
    assert found
    shown = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", found[0]))
    blocks = api.http.get(f"/v1/articles/{article['id']}").json()["blocks"]
    for block in blocks:
        assert re.sub(r"\s+", "", block["text"]) in shown


def test_a_card_tells_what_a_place_was_and_what_it_is_today(api: Service, publish: Publish) -> None:
    publish([VISIT])
    (article,) = the_articles(api)
    html = get(api, f"/articles/{article['id']}")
    cards = re.findall(r'<section class="card place".*?</section>', html, re.DOTALL)
    card = next(Page(one).text for one in cards if "xã Đông Vinh" in one)
    assert "Khi đó xã Đông Vinh , thành phố Thanh Hóa, tỉnh Thanh Hóa" in card
    assert re.search(r"Nay phường [\w ]+, tỉnh Thanh Hóa", card)


def test_a_person_has_posts_over_time(api: Service, publish: Publish) -> None:
    later = VISIT.replace("12-3-2024", "20-6-2025").replace("12/3", "20/6").replace("Đại tá", "Thiếu tướng")
    publish([VISIT, later.replace("thăm bà con làng chài", "trao quà").replace("Phó Giám đốc", "Giám đốc")])
    article = the_articles(api)[0]
    people = api.http.get(f"/v1/articles/{article['id']}").json()["people"]
    entity = next(one["entity"] for one in people if one["name"] == "Lò Văn Thử")
    page = Page(get(api, f"/entities/{entity}"))
    assert "Phó Giám đốc Công an tỉnh Thanh Hóa" in page.text
    assert "12/3/2024" in page.text
    assert "20/6/2025" in page.text


@pytest.mark.parametrize("wanted", ["vi", "en"])
def test_the_browser_says_the_language(api: Service, wanted: str) -> None:
    page = get(api, "/", **{"accept-language": f"{wanted}-X,de;q=0.5"})
    assert f'<html lang="{wanted}"' in page
    assert {"vi": "Trực tiếp", "en": "Live"}[wanted] in page


def test_a_choice_of_language_and_colours_is_kept_in_a_cookie(api: Service) -> None:
    with httpx.Client(base_url=api.url, headers=HTML, follow_redirects=True) as browser:
        assert 'lang="vi" data-theme="auto"' in browser.get("/").text
        back = browser.get("/switch", params={"lang": "en", "theme": "dark", "back": "/entities?q=a"})
        assert str(back.url).endswith("/entities?q=a")
        assert 'lang="en" data-theme="dark"' in back.text
        assert 'lang="en" data-theme="dark"' in browser.get("/").text


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_nobody_is_led_to_another_site(api: Service, back: str) -> None:
    assert api.http.get("/switch", params={"back": back}).status_code == 400


def test_a_bulletin_full_of_scripts_is_text(api: Service, publish: Publish, served: list[str]) -> None:
    del served
    text = f"Tin {SCRIPT}\n\nSáng 5/9/2025, ông Trần Văn {SCRIPT} thăm xã Mường Bo {SCRIPT}, tỉnh Lào Cai.\n\n{SCRIPT}\n\nẢnh: {SCRIPT}"
    some_bulletins(api.database, [text], source=SCRIPT, external_id=SCRIPT)
    publish(0)
    (article,) = the_articles(api)
    id = article["id"]
    entities = api.http.get("/v1/entities").json()["data"]
    paths = [
        "/",
        f"/articles/{id}",
        f"/articles/{id}/versions/1",
        f"/articles/{id}/diff",
        f"/articles/{id}/beside/{id}",
    ]
    paths += ["/live", "/live/new?since=0", f"/?person={SCRIPT}", f"/entities?q={SCRIPT}", f"/places?q={SCRIPT}"]
    paths += [f"/entities/{one['id']}" for one in entities]
    for path in paths:
        answer = api.http.get(path, headers=HTML)
        page = Page(answer.text)
        assert "b" not in {tag for tag, _ in page.elements}, path
        assert all(attrs.get("src") == "/static/page.js" for attrs in page.all("script")), path
        assert not page.all("img"), path
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on") or name == "style"], (
            path
        )
    assert SCRIPT[:29] in Page(get(api, f"/articles/{id}")).text


@pytest.fixture
def served(api: Service) -> list[str]:
    """Addresses of pages."""
    return ["/", "/live", "/stories", "/entities", "/places", "/places/38", "/post"]


def test_no_page_brings_anything_from_elsewhere_or_holds_script_of_its_own(api: Service, served: list[str]) -> None:
    for path in served:
        answer = api.http.get(path, headers=HTML)
        assert answer.status_code == 200, path
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", answer.text), path
    for name in ("page.css", "page.js", "icon.svg"):
        assert api.http.get(f"/static/{name}").status_code == 200


def test_an_article_page_weighs_less_than_200_kilobytes(api: Service, publish: Publish) -> None:
    body = VISIT.split("\n\n", 3)
    publish(["\n\n".join([*body[:3], *[body[3]] * 12])])
    (article,) = the_articles(api)
    answer = api.http.get(f"/articles/{article['id']}", headers=HTML)
    weight = len(answer.content) + sum(len(api.http.get(f"/static/page.{kind}").content) for kind in ("css", "js"))
    assert weight < 200_000


def test_articles_are_found_by_the_form(api: Service, publish: Publish) -> None:
    publish([VISIT, "Hội chợ Cồn Phụng\n\nSáng 5/9/2025, xã Mường Bo, tỉnh Lào Cai mở hội chợ."])
    # A browser sends the fields that were left empty, too.
    page = Page(
        get(api, "/?person=&org=&place=&province=Lào Cai&law=&date_from=2025-09-01&date_to=&date_field=mentioned")
    )
    assert "Hội chợ Cồn Phụng" in page.text
    assert "Ba Cồn" not in page.text
    assert "Không tìm thấy bài nào" in get(api, "/?date_from=2030-01-01")


def test_what_was_looked_for_is_marked(api: Service, publish: Publish) -> None:
    publish([VISIT, "Hội chợ Cồn Phụng\n\nSáng 5/9/2025, xã Mường Bo, tỉnh Lào Cai mở hội chợ."])
    page = get(api, "/?q=lang chai ba con")
    assert len(Page(page).all("li", class_="hit")) == len(
        api.http.get("/v1/articles?q=lang chai ba con").json()["data"]
    )
    assert "<mark>làng</mark> <mark>chài</mark> <mark>Ba</mark> <mark>Cồn</mark>" in page
    assert Page(get(api, "/?q=(hỏng", 400)).all("p", role="alert")


def test_what_cannot_be_asked_is_told_on_the_page(api: Service) -> None:
    assert "Zzzz" in Page(get(api, "/?place=Zzzz", 400)).text
    assert Page(get(api, "/?place=Zzzz", 400)).all("p", role="alert")
    assert Page(get(api, "/?date_from=2025-13-45", 400)).all("p", role="alert")


def test_people_are_told_of_problems_by_pages_and_machines_by_documents(api: Service) -> None:
    assert "Không có gì ở đây" in get(api, "/chẳng-có", 404)
    assert "Không có gì ở đây" in get(api, "/articles/art_0", 404)
    assert api.http.get("/v1/articles/art_0", headers=HTML).json()["code"] == "no_such_article"
    assert api.http.get("/articles/art_0").json()["code"] == "no_such_article"


def test_the_map_shows_the_provinces_of_the_day_and_of_today(api: Service, publish: Publish) -> None:
    publish(["Mưa lớn ở Hà Giang\n\nSáng 5/9/2023, xã Phú Linh, huyện Vị Xuyên, tỉnh Hà Giang có mưa lớn."])
    (article,) = the_articles(api)
    maps = Page(get(api, f"/articles/{article['id']}")).all("svg", class_="map")
    assert len(maps) == 2
    assert "Hà Giang" in str(maps[0]["aria-label"])
    assert "Tuyên Quang" in str(maps[1]["aria-label"])


def test_what_arrives_is_added_to_the_live_list(api: Service, publish: Publish) -> None:
    publish(1)
    page = Page(get(api, "/live"))
    (live,) = page.all("ol", id="live")
    publish([VISIT])
    answer = api.http.get("/live/new", params={"since": str(live["data-since"])}, headers=HTML)
    assert "Ba Cồn" in answer.text
    assert answer.text.count("<li") == 1
    again = api.http.get("/live/new", params={"since": answer.headers["x-last-seq"]})
    assert again.text.strip() == ""


def test_a_place_has_a_page_in_each_of_its_forms(api: Service, publish: Publish) -> None:
    publish([VISIT])
    page = Page(get(api, "/places?q=xã Đông Vinh"))
    hrefs = [str(attrs["href"]) for attrs in page.all("a") if "/places/" in str(attrs["href"])]
    old = next(href for href in hrefs if "@" not in href)
    assert "Ngày nay" in Page(get(api, old)).text
    assert "Tỉnh" in get(api, "/places/38") or "tỉnh Thanh Hóa" in get(api, "/places/38")
    assert Page(get(api, "/places/99", 404))


def test_times_are_those_of_viet_nam(api: Service, publish: Publish) -> None:
    some_bulletins(api.database, [VISIT], received_at=datetime(2026, 1, 1, 18, 30, tzinfo=UTC))
    publish(0)
    (article,) = the_articles(api)
    assert "01:30, 2/1/2026" in get(api, f"/articles/{article['id']}")
