"""A key is shown once and kept as a hash, and says what its holder may."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shared.access import session
from shared.access.keys import Entry, hash_of, id_of, mint
from shared.access.limits import Limits
from shared.access.rules import ANY, READS, Rule, needed
from shared.access.scopes import Scope, UnknownScope, scopes_of

NOW = datetime(2025, 9, 5, 8, tzinfo=UTC)


def an_entry(**changes: object) -> Entry:
    minted = mint(lambda size: bytes(range(size)))
    told = {
        "id": minted.id, "hash": minted.hash, "label": "Báo Vĩnh Long", "scopes": ("post",), "source": None,
        "per_minute": None, "created_at": NOW, "expires_at": None, "revoked_at": None, "last_used_at": None,
        "replaces": None,
    }  # fmt: skip
    return Entry(**{**told, **changes})  # type: ignore[arg-type]


def test_a_key_can_be_recognised_and_names_its_public_id() -> None:
    minted = mint(lambda size: b"\xff" * size)
    assert minted.id == "ff" * 8
    assert re.fullmatch(r"bnt_[0-9a-f]{16}_[0-9A-Za-z_-]{43}", minted.key), "256 random bits behind the id"
    assert id_of(minted.key) == minted.id
    assert minted.hash == hash_of(minted.key)
    assert len({mint(bytes).key, minted.key}) == 2


@pytest.mark.parametrize("text", ["", "bnt_", "bnt_0001020304050607_", "Bearer", "bnt_0001020304050607_" + "á" * 43])
def test_what_is_no_key_names_nobody(text: str) -> None:
    assert id_of(text) is None


def test_a_key_opens_only_its_own_entry() -> None:
    key = mint(lambda size: bytes(range(size))).key
    assert an_entry().opens(key)
    assert not an_entry().opens(key[:-1] + ("A" if key[-1] != "A" else "B"))


def test_a_key_ends_when_it_expires_or_is_revoked() -> None:
    assert an_entry().state(NOW) == "valid"
    assert an_entry(expires_at=NOW + timedelta(seconds=1)).state(NOW) == "valid"
    assert an_entry(expires_at=NOW).state(NOW) == "expired"
    assert an_entry(revoked_at=NOW, expires_at=NOW).state(NOW) == "revoked"


def test_scopes_hold_what_they_include() -> None:
    assert scopes_of(["operate:admin"]) == {Scope.ADMIN, Scope.OPERATE, Scope.VIEW}
    assert scopes_of(["operate"]) == {Scope.OPERATE, Scope.VIEW}
    assert scopes_of(["embargo"]) == {Scope.EMBARGO, Scope.READ}
    assert scopes_of(["operate:view", "post"]) == {Scope.VIEW, Scope.POST}
    assert scopes_of([]) == frozenset()
    with pytest.raises(UnknownScope):
        scopes_of(["admin"])


def test_what_no_rule_names_is_for_admins_alone() -> None:
    rules = (Rule(READS, "/v1/", (Scope.READ,)), Rule(ANY, "/v1/own/", (Scope.POST, Scope.OPERATE)))
    assert needed(rules, "GET", "/v1/articles") == (Scope.READ,)
    assert needed(rules, "PUT", "/v1/own/1") == (Scope.POST, Scope.OPERATE)
    assert needed(rules, "PUT", "/v1/other") == (Scope.ADMIN,)
    assert needed(rules, "GET", "/other") == (Scope.ADMIN,)
    assert needed(rules, "GET", "/livez") == ()
    assert needed(rules, "GET", "/livezx") == (Scope.ADMIN,)


def test_a_bucket_gives_so_many_and_fills_again() -> None:
    now = 0.0
    limits = Limits(lambda: now)
    assert [limits.take("a", 3).left for _ in range(3)] == [2, 1, 0]
    refused = limits.take("a", 3)
    assert refused.exceeded
    assert (refused.wait, refused.full_in) == (20, 60)
    assert not limits.take("b", 3).exceeded, "each key has its own"
    now = 19.9
    assert limits.take("a", 3).exceeded
    now = 20.1
    assert not limits.take("a", 3).exceeded
    now = 10_000
    assert limits.take("a", 3).left == 2, "it never holds more than its limit"


def test_a_session_is_of_its_key_and_ends() -> None:
    cookie = session.sealed("00ff00ff00ff00ff", b"secret", now=NOW)
    assert session.opened(cookie, b"secret", now=NOW) == "00ff00ff00ff00ff"
    assert session.opened(cookie, b"another", now=NOW) is None
    assert session.opened(cookie.replace("00ff", "00fe", 1), b"secret", now=NOW) is None
    assert session.opened(cookie, b"secret", now=NOW + session.LIFE) is None
    for value in ("", ".", "a.b.c", "é", cookie[:-1], f"{cookie}0"):
        assert session.opened(value, b"secret", now=NOW) is None
