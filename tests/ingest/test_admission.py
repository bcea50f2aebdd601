import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.article import UnreadableBulletin
from services.enrich.text.clean import clean
from services.ingest import admission
from services.ingest.admission import Filing, Load, Sender, admit_json, admit_text, admit_under_load, fingerprint
from shared.contracts.problem import Fault
from shared.contracts.states import Priority
from shared.errors import ServiceError
from shared.ids import new_id
from tests.factories import NOON, TEXT, a_filing, a_json, an_article
from tests.shared.orthography.encoders import encode


def admit(raw: bytes, *, charset: str | None = None, json: bool = False, **sender: Any) -> Filing:
    given: dict[str, Any] = {"sender": Sender(**sender), "id": new_id(), "now": NOON, "max_bytes": 1000}
    return admit_json(raw, **given) if json else admit_text(raw, charset, **given)


def test_a_plain_text_comes_in_with_its_bytes_untouched() -> None:
    filing = admit(TEXT.encode(), source="báo")
    assert filing == Filing(
        id=filing.id, received_at=NOON, raw=TEXT.encode(), raw_sha256=hashlib.sha256(TEXT.encode()).digest(),
        media_type="text/plain", charset="utf-8", charset_reason="valid UTF-8", sender=Sender(source="báo"),
    )  # fmt: skip


def test_what_the_json_says_outranks_the_headers() -> None:
    raw = a_json(source="trong", external_id="1", priority="normal")
    sender = admit(raw, json=True, source="ngoài", external_id="2", priority=Priority.FLASH, idem_key="k").sender
    assert sender == Sender(source="trong", external_id="1", priority=Priority.NORMAL, idem_key="k")


def test_what_the_json_leaves_out_the_headers_say() -> None:
    sender = admit(a_json(), json=True, source="ngoài", priority=Priority.FLASH).sender
    assert sender == Sender(source="ngoài", priority=Priority.FLASH)


def test_a_bulletin_may_be_as_long_as_the_limit_and_no_byte_longer() -> None:
    admit(b"a" * 1000)
    with pytest.raises(admission.BulletinTooLong, match="1,001 bytes; at most 1,000"):
        admit(b"a" * 1001)


@pytest.mark.parametrize("charset", ["tcvn3", "vni", "viscii", "cp1258"])
def test_a_text_in_an_old_charset_comes_in_without_a_label(charset: str) -> None:
    raw = encode(TEXT, charset)
    filing = admit(raw)
    assert (filing.raw, filing.charset, filing.charset_reason.split()[0]) == (raw, charset, "recognised")


def test_bytes_in_no_charset_of_ours_hear_the_first_that_is_no_utf_8() -> None:
    with pytest.raises(admission.UndecodableText) as refusal:
        admit("Die Straße führt über die Brücke".encode("cp1252"))
    assert refusal.value.errors == [Fault(pointer="byte:8", detail="invalid continuation byte")]


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "windows-1258", "klingon"]), st.booleans())
def test_whatever_the_bytes_a_bulletin_comes_in_or_hears_why_not(raw: bytes, charset: str | None, json: bool) -> None:
    try:
        filing = admit(raw, charset=charset, json=json)
    except ServiceError as refusal:
        filing, status = None, refusal.status
    assert filing.raw == raw if filing else 400 <= status < 500


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t\r\n", "\ufeff", "\u200b", "\xa0\xad", "\u2028\u2029\x85", "\u3000", "\u2003", "\u202f", "\x1a"],
)
def test_what_can_never_become_an_article_is_refused_at_the_door(text: str) -> None:
    """The workshop's own judgement, at the door: nobody must wait to hear that a bulletin is blank."""
    with pytest.raises(UnreadableBulletin):
        clean(an_article(text))
    with pytest.raises(admission.EmptyText):
        admit(text.encode())


@pytest.mark.parametrize(
    ("age", "priority", "refused"),
    [(60.0, 5, False), (60.1, 5, True), (3600.0, 0, False), (0.0, 5, False)],
)
def test_while_the_queue_is_too_old_only_flash_comes_in(age: float, priority: int, refused: bool) -> None:
    filing = a_filing(sender=Sender(priority=Priority(priority)))
    try:
        admit_under_load(filing, Load(oldest_age=age, retry_after=7), 60.0)
    except admission.QueueTooOld as refusal:
        headers = refusal.headers
    else:
        headers = None
    assert headers == ({"Retry-After": "7"} if refused else None)


def test_a_request_is_the_same_only_if_all_of_it_is() -> None:
    same = ("POST", "/v1/bulletins", "text/plain", b"Tin")
    others = [("PUT", *same[1:]), (same[0], "/x", *same[2:]), (*same[:2], "text/html", same[3]), (*same[:3], b"tin")]
    assert len({fingerprint(*same), fingerprint(*same), *(fingerprint(*other) for other in others)}) == 5
