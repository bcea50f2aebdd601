"""What browsers are told, and how a person signs in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.access.conftest import Guarded

HTML = {"accept": "text/html"}


@contextmanager
def signed_in(guarded: Guarded, *scopes: str) -> Iterator[httpx.Client]:
    """A browser that is signed in at the desk."""
    key = guarded.key(*scopes, label="Lan")["Authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=guarded.ops.url, headers=HTML | {"origin": guarded.ops.url}) as browser:
        answer = browser.post("/login", data={"key": key, "next": "/?lang=vi"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=vi")
        told = answer.headers["set-cookie"]
        assert "httponly" in told.lower()
        assert "samesite=strict" in told.lower()
        assert key not in told
        yield browser


def test_a_person_without_a_session_is_led_to_the_page_for_signing_in(guarded: Guarded) -> None:
    answer = guarded.ops.http.get("/?lang=en", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/%3Flang%3Den")
    page = guarded.ops.http.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'name="next" value="/?lang=en"' in page.text
    assert not re.search(r"<script|\son\w+=|style=", page.text)


def test_roles_decide_what_a_person_sees_and_may_do(guarded: Guarded) -> None:
    form = {"signature": "x", "reason": "thử"}
    with signed_in(guarded, "operate:view") as viewer:
        assert "Lan" in viewer.get("/").text
        assert viewer.post("/quarantine", data={**form, "action": "replay"}).json()["code"] == "not_allowed"
    with signed_in(guarded, "operate") as operator:
        assert operator.post("/quarantine", data={**form, "action": "replay"}).status_code == 303
        assert operator.post("/quarantine", data={**form, "action": "discard"}).json()["code"] == "not_allowed"
    with signed_in(guarded, "operate:admin") as admin:
        assert admin.post("/quarantine", data={**form, "action": "discard"}).status_code == 303


def test_a_form_of_another_site_does_nothing_in_the_name_of_who_is_signed_in(guarded: Guarded) -> None:
    form = {"signature": "x", "reason": "thử", "action": "replay"}
    with signed_in(guarded, "operate") as browser:
        for origin in ("https://elsewhere.example", "null"):
            assert (
                browser.post("/quarantine", data=form, headers={"origin": origin}).json()["code"] == "foreign_request"
            )
        del browser.headers["origin"]
        assert browser.post("/quarantine", data=form).json()["code"] == "foreign_request"


def test_a_person_signs_out(guarded: Guarded) -> None:
    with signed_in(guarded, "operate:view") as browser:
        assert browser.get("/").status_code == 200
        assert browser.post("/logout").headers["location"] == "/login"
        assert browser.get("/").status_code == 303


def test_a_wrong_key_signs_nobody_in(guarded: Guarded) -> None:
    answer = guarded.ops.http.post("/login", data={"key": "bnt_x"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    changed = {"cookie": "bantin_session=0011223344556677.9999999999." + "0" * 64}
    assert guarded.ops.http.get("/ops/v1/queues", headers=changed).json()["code"] == "key_missing"


@pytest.mark.parametrize("next", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_nobody_is_led_away_after_signing_in(guarded: Guarded, next: str) -> None:
    key = guarded.key("operate:view")["Authorization"].removeprefix("Bearer ")
    answer = httpx.post(f"{guarded.ops.url}/login", data={"key": key, "next": next})
    assert answer.headers["location"] == "/"


def test_every_answer_tells_browsers_to_run_nothing_of_it(guarded: Guarded) -> None:
    for service, path in ((guarded.ops, "/login"), (guarded.api, "/v1/articles"), (guarded.ingest, "/nothing")):
        told = service.http.get(path).headers
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "same-origin"
        assert told["cross-origin-opener-policy"] == "same-origin"
        policy = told["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_the_description_is_a_page_that_needs_no_script_and_nothing_from_elsewhere(guarded: Guarded) -> None:
    for service in guarded:
        page = service.http.get("/docs").text
        assert not re.search(r"<script|\son\w+=|style=|(?:src|href)=.https?:", page)
        for path in service.http.get("/openapi.json").json()["paths"]:
            assert f" {path}</code>" in page
        assert service.http.get("/docs.css").headers["content-type"].startswith("text/css")


def test_scripts_of_another_site_may_ask_only_where_that_is_set(guarded: Guarded) -> None:
    asks = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    allowed = guarded.api.http.options("/v1/articles", headers={"origin": "https://ban.example", **asks})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "https://ban.example"
    assert allowed.headers["access-control-allow-headers"] == "authorization"
    assert "access-control-allow-credentials" not in allowed.headers
    held = guarded.key("read")
    answer = guarded.api.http.get("/v1/articles", headers={"origin": "https://ban.example", **held})
    assert answer.headers["access-control-allow-origin"] == "https://ban.example"
    assert "Origin" in answer.headers["vary"]
    for origin in ("https://other.example", "null"):
        refused = guarded.api.http.options("/v1/articles", headers={"origin": origin, **asks})
        assert refused.status_code == 401
        assert "access-control-allow-origin" not in refused.headers
