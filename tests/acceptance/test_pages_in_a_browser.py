"""The pages in a real browser: post, watch, read, search, follow; with eyes, a keyboard, and a screen reader's checks."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infra.stack import Stack
from tests.servers import Servers, answers, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
TEXT = """Công an tỉnh Thanh Hóa thăm làng chài Ba Cồn

Sáng 12/3/2024, Đại tá Lò Văn Thử, Phó Giám đốc Công an tỉnh Thanh Hóa, đến thăm xã Đông Vinh, thành phố Thanh Hóa.

Bà con tặng đoàn <script>document.title = "hỏng"</script> một giỏ cá.
"""


@pytest.fixture(scope="module")
def house(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    servers.redis.flushall()
    with servers.database() as database:
        stack = Stack(
            home=tmp_path_factory.mktemp("house"),
            database_url=database.url,
            broker_url=servers.valkey.url,
            concurrency=1,
        )
        stack.start()
        try:
            with httpx.Client(base_url=stack.api_url) as http:
                wait_until(lambda: answers(http, "/readyz"), 60)
            yield stack
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


def a_page(browser: "Browser", house: Stack, **wishes: Any) -> "Page":
    """A page of a reader with these wishes; whatever its script or the policy complains of fails the test."""
    context = browser.new_context(base_url=house.api_url, **{"locale": "vi-VN", **wishes})
    page = context.new_page()
    page.set_default_timeout(30_000)

    def fail(complaint: str) -> None:
        raise AssertionError(complaint)

    page.on("pageerror", lambda error: fail(str(error)))
    page.on("console", lambda said: fail(said.text) if "Content Security Policy" in said.text else None)
    return page


def faults(page: "Page") -> list[str]:
    """What axe finds on the page that is serious or worse."""
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_a_bulletin_is_posted_watched_read_found_and_followed(browser: "Browser", house: Stack) -> None:
    live = a_page(browser, house)
    live.goto("/live")
    page = a_page(browser, house)
    page.goto("/post")
    page.get_by_label("Văn bản").fill(TEXT)
    page.get_by_label("Bên gửi").fill("Báo Gò Me")
    page.get_by_role("button", name="Gửi").click()
    # It is watched until it is an article.
    page.get_by_role("link", name="Đọc bài").click()
    sync_api.expect(page.locator("h1")).to_have_text("Công an tỉnh Thanh Hóa thăm làng chài Ba Cồn")
    assert "hỏng" not in page.title()
    assert "<script>" in page.locator("article.text").inner_text()
    # A card comes when the name is pointed at, and goes with Escape.
    tip = page.locator("#tip")
    page.locator("a.m.person", has_text="Lò Văn Thử").first.hover()
    sync_api.expect(tip).to_contain_text("Đại tá")
    page.keyboard.press("Escape")
    sync_api.expect(tip).to_be_hidden()
    # The same with the keyboard alone.
    page.locator("a.m.date").first.focus()
    sync_api.expect(tip).to_contain_text("12/3/2024")
    # From the card to the entity, from there back to the article.
    page.locator("section.card.person h3 a").first.click()
    sync_api.expect(page.locator("h1")).to_have_text("Lò Văn Thử")
    page.goto("/")
    page.get_by_role("searchbox").fill("lang chai ba con")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".hit h2")).to_have_text(["Công an tỉnh Thanh Hóa thăm làng chài Ba Cồn"])
    assert page.locator(".hit mark").count() >= 3
    assert "person=" not in page.url
    sync_api.expect(live.locator(".hit").first).to_contain_text("làng chài Ba Cồn")


def test_a_name_typed_with_a_slip_is_suggested_and_taken_with_the_keyboard(browser: "Browser", house: Stack) -> None:
    page = a_page(browser, house)
    page.goto("/entities")
    field = page.get_by_role("combobox", name="Tìm tên người")
    field.press_sequentially("lo vna thu")
    option = page.get_by_role("option", name="Lò Văn Thử")
    sync_api.expect(option).to_be_visible()
    assert faults(page) == []
    field.press("ArrowDown")
    sync_api.expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    page.wait_for_url("**/entities?q=L*")
    sync_api.expect(page.locator(".columns a.person")).to_have_text("Lò Văn Thử")
    # In a filter it is a name of that kind, and the form waits for more.
    page.goto("/")
    page.locator("details.filters summary").click()
    page.get_by_label("Tổ chức").press_sequentially("cong na tinh")
    suggested = page.locator("#names-org li")
    sync_api.expect(suggested).to_have_text(["Công an tỉnh Thanh Hóa"])
    page.keyboard.press("Escape")
    sync_api.expect(suggested).to_be_hidden()


@pytest.mark.parametrize(("colours", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_serious_fault(browser: "Browser", house: Stack, colours: Any, width: int) -> None:
    for number in (214, 241):
        httpx.put(
            f"{house.ingest_url}/v1/sources/bao-go-me/bulletins/GM-1",
            content=TEXT.replace("một giỏ", f"{number} giỏ").encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
        )
    wait_until(lambda: httpx.get(f"{house.api_url}/v1/articles?q=lang+chai").json()["data"], 30)
    article = httpx.get(f"{house.api_url}/v1/articles?q=lang+chai").json()["data"][0]["id"]
    entity = httpx.get(f"{house.api_url}/v1/entities?type=person").json()["data"][0]["id"]
    page = a_page(browser, house, color_scheme=colours, viewport={"width": width, "height": 800})
    paths = ["/", "/?q=thanh", f"/articles/{article}", f"/articles/{article}/diff", f"/entities/{entity}", "/entities"]
    paths += [
        "/stories",
        "/places",
        "/places/38",
        "/live",
        "/post",
        "/nirgends",
        f"/articles/{article}/beside/{article}",
    ]
    found = {}
    for path in paths:
        page.goto(path)
        found[path] = faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    assert {path: told for path, told in found.items() if told} == {}


def test_all_works_without_script(browser: "Browser", house: Stack) -> None:
    page = a_page(browser, house, java_script_enabled=False)
    page.goto("/post")
    page.get_by_label("Văn bản").fill("Tin không kịch bản\n\nSáng 5/9/2025, ông Ngô Văn Thử thăm tỉnh Cà Mau.")
    page.get_by_role("button", name="Gửi").click()
    # The page asks again by itself.
    page.get_by_role("link", name="Đọc bài").click()
    page.locator("a.m.person").first.click()
    assert page.url.rpartition("#")[2] == page.locator("section.card.person").first.get_attribute("id")
