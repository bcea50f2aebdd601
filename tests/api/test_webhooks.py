"""Webhooks as they are made and changed; what is sent to them is tested beside `services.deliver`."""

import base64
from typing import Any

import pytest

from shared.contracts.follower import DeliveryList, WebhookList, WebhookOut, WebhookSecret
from tests.servers import Service

URL = "https://toa-soan.example/bantin"


def make(api: Service, **told: Any) -> WebhookSecret:
    answer = api.http.post("/v1/webhooks", json={"url": URL, **told})
    assert answer.status_code == 201, answer.text
    made = WebhookSecret.model_validate(answer.json())
    assert (answer.headers["location"], answer.headers["cache-control"]) == (made.href, "no-store")
    return made


def get(api: Service, hook: WebhookOut) -> WebhookOut:
    return WebhookOut.model_validate(api.http.get(hook.href).json())


def refusal(api: Service, method: str, path: str, **options: Any) -> tuple[int, str]:
    answer = api.http.request(method, path, **options)
    return answer.status_code, answer.json()["code"]


def test_a_secret_is_shown_once(api: Service) -> None:
    made = make(api)
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    assert get(api, made).model_dump() == made.model_dump(exclude={"secret"})
    for path in (made.href, "/v1/webhooks", f"{made.href}/deliveries"):
        assert "whsec_" not in api.http.get(path).text
    assert make(api).secret != made.secret


def test_a_secret_may_be_given(api: Service) -> None:
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    assert make(api, secret=secret).secret == secret


@pytest.mark.parametrize("secret", ["k" * 32, "whsec_", "whsec_a", "whsec_" + base64.b64encode(b"k" * 23).decode()])
def test_a_secret_that_is_none_is_refused(api: Service, secret: str) -> None:
    assert refusal(api, "POST", "/v1/webhooks", json={"url": URL, "secret": secret}) == (400, "bad_secret")


@pytest.mark.parametrize(
    "url",
    [
        "toa-soan.example", "ftp://toa-soan.example/", "https://", "https://ten:matkhau@toa-soan.example/",
        "https://toa-soan.example/#phan", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/",
        # The URL standard reads these as addresses too.
        "https://167838211/", "https://0x0a010203/", "https://0300.0250.1/",
        "http://203.0.113.7/", "http://93.184.215.14/",
    ],
)  # fmt: skip
def test_an_address_that_nothing_is_sent_to_is_refused(api: Service, url: str) -> None:
    assert refusal(api, "POST", "/v1/webhooks", json={"url": url}) == (400, "unsafe_url")
    made = make(api)
    assert refusal(api, "PATCH", made.href, json={"url": url}) == (400, "unsafe_url")


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://127.0.0.1:8080/x?y=z", "https://93.184.215.14/"])
def test_an_address_of_an_allowed_network_and_a_public_one_are_taken(api: Service, url: str) -> None:
    assert make(api, url=url).url == url


def test_a_name_in_vietnamese_is_kept_as_the_resolver_takes_it(api: Service) -> None:
    assert make(api, url="https://báo.example/tin").url == "https://xn--bo-mia.example/tin"


def test_a_webhook_is_changed_field_by_field(api: Service) -> None:
    made = make(api, filter={"source": ["bao-a"]})
    answer = api.http.patch(made.href, json={"format": "binary"})
    assert answer.status_code == 200
    assert WebhookOut.model_validate(answer.json()) == get(api, made)
    assert (get(api, made).format, get(api, made).filter.source) == ("binary", ["bao-a"])
    api.http.patch(made.href, json={"filter": {}, "url": URL + "/2"})
    assert (get(api, made).url, get(api, made).filter.source, get(api, made).format) == (URL + "/2", [], "binary")


def test_a_webhook_is_disabled_and_enabled_by_request(api: Service) -> None:
    made = make(api)
    api.http.patch(made.href, json={"enabled": False})
    off = get(api, made)
    assert (off.enabled, off.disabled, off.disabled_at is not None) == (False, "by_request", True)
    api.http.patch(made.href, json={"enabled": True})
    assert get(api, made) == made.model_copy(update={}) or get(api, made).enabled


def test_a_webhook_is_removed(api: Service) -> None:
    made, other = make(api), make(api)
    assert api.http.post(f"{made.href}:test").status_code == 202
    assert api.http.delete(made.href).status_code == 204
    (left,) = WebhookList.model_validate(api.http.get("/v1/webhooks").json()).data
    assert left.id == other.id
    gone = (404, "no_such_webhook")
    assert refusal(api, "GET", made.href) == gone
    assert refusal(api, "DELETE", made.href) == gone
    assert refusal(api, "PATCH", made.href, json={}) == gone
    for what in (":rotate", ":test", ":replay?from=1", "/deliveries/1:retry"):
        assert refusal(api, "POST", made.href + what)[0] in (404, 409)
    assert refusal(api, "GET", f"{made.href}/deliveries") == gone


def test_deliveries_are_listed_page_by_page(api: Service) -> None:
    made = make(api)
    ids = [api.http.post(f"{made.href}:test").json()["id"] for _ in range(5)]
    found, cursor = [], ""
    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = DeliveryList.model_validate(api.http.get(f"{made.href}/deliveries", params=query).json())
        found += [one.id for one in page.data]
        cursor = page.page.next  # type: ignore[assignment]
    assert found == ids[::-1]
    assert api.http.get(f"{made.href}/deliveries?state=failed").json()["data"] == []
    assert get(api, made).waiting == 5
    assert refusal(api, "GET", f"{made.href}/deliveries?cursor=x") == (400, "bad_cursor")
    assert refusal(api, "POST", f"{made.href}/deliveries/999999:retry") == (404, "no_such_delivery")


@pytest.mark.parametrize(
    "told",
    [
        {}, {"url": URL, "type": ["article.killed"]}, {"url": URL, "format": "xml"}, {"url": URL, "since": "later"},
        {"url": URL, "filter": {"type": ["article.made"]}}, {"url": "https://" + "a" * 2000},
    ],
)  # fmt: skip
def test_what_is_no_webhook_is_refused(api: Service, told: dict[str, Any]) -> None:
    assert refusal(api, "POST", "/v1/webhooks", json=told) == (400, "invalid_parameter")


def test_what_the_feed_has_not_told_is_no_place_to_begin(api: Service) -> None:
    assert refusal(api, "POST", "/v1/webhooks", json={"url": URL, "since": 7}) == (409, "position_ahead")
    made = make(api)
    assert refusal(api, "POST", f"{made.href}:replay?from=7") == (409, "position_ahead")
    assert refusal(api, "POST", f"{made.href}:replay?from=0") == (400, "invalid_parameter")
