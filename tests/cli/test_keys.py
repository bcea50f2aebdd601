"""`bantin keys`: made, listed, followed by another, taken back; only PostgreSQL must run."""

import json

from tests.cli.conftest import Bantin

MAKE = ("keys", "make", "--label", "Báo Gò Me", "--scope", "post", "--source", "bao-go-me", "--expires", "30d")


def test_a_key_is_printed_once_and_listed_without_it(bantin: Bantin) -> None:
    made = bantin(*MAKE)
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert key.startswith("bnt_")
    assert key not in made.stderr
    listed = bantin("keys", "list", "--json")
    (told,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert key.split("_", 2)[2] not in listed.stdout
    assert told["id"] in key
    assert (told["label"], told["scopes"], told["source"], told["state"]) == (
        "Báo Gò Me",
        ["post"],
        "bao-go-me",
        "valid",
    )
    assert "Báo Gò Me" in bantin("keys", "list").stdout


def test_a_key_is_followed_by_another_and_taken_back(bantin: Bantin) -> None:
    old = json.loads(bantin(*MAKE, "--json").stdout)
    new = json.loads(bantin("keys", "rotate", old["id"], "--grace", "1h", "--json").stdout)
    assert (new["replaces"], new["label"], new["key"] != old["key"]) == (old["id"], old["label"], True)
    assert json.loads(bantin("keys", "revoke", new["id"], "--json").stdout)["state"] == "revoked"
    states = {one["id"]: one["state"] for one in map(json.loads, bantin("keys", "list", "--json").stdout.splitlines())}
    assert states == {old["id"]: "valid", new["id"]: "revoked"}


def test_what_cannot_be_is_refused_in_one_line(bantin: Bantin) -> None:
    for words, code in (
        (("make", "--label", "x", "--scope", "admin"), 2),
        (("make", "--label", "x", "--scope", "read", "--source", "s"), 2),
        (("make", "--label", "x", "--scope", "read", "--expires", "soon"), 2),
        (("revoke", "0011223344556677"), 3),
        (("rotate", "0011223344556677"), 3),
    ):
        done = bantin("keys", *words)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (code, 1), done.stderr
