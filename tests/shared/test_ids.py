import string
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from shared.ids import ARTICLE, BULLETIN, new_id, read, uuid7, written

moments = st.integers(min_value=0, max_value=2**48 - 1)
chance = st.binary(min_size=10, max_size=10)


@given(moments, chance)
def test_what_is_written_can_be_read(unix_ms: int, random_bytes: bytes) -> None:
    id = uuid7(unix_ms, random_bytes)
    assert (read(BULLETIN, written(BULLETIN, id)), read(ARTICLE, written(BULLETIN, id))) == (id, None)


@given(moments, chance)
def test_an_id_is_a_uuid_of_version_7(unix_ms: int, random_bytes: bytes) -> None:
    id = uuid7(unix_ms, random_bytes)
    assert (id.version, id.variant, id.int >> 80) == (7, "specified in RFC 4122", unix_ms)


@given(moments, chance, moments, chance)
def test_ids_stand_in_the_order_of_their_times(one: int, chance_one: bytes, other: int, chance_other: bytes) -> None:
    first, second = uuid7(min(one, other), chance_one), uuid7(max(one, other), chance_other)
    assert one == other or (first < second and first.hex < second.hex)


def test_ten_thousand_ids_are_ten_thousand() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(st.text(alphabet=string.hexdigits + "_-{}+ ١", max_size=36).map(BULLETIN.__add__))
@example("bul_" + "0_1_" * 8)
@example("bul_" + "١" * 32)
@example("bul_+" + "1" * 31)
@example("bul_" + "-" * 32)
@example("bul_" + "A" * 32)
@example("")
def test_nothing_is_read_but_what_is_written(text: str) -> None:
    """One thing has one address: no other spelling of an id leads to it."""
    id = read(BULLETIN, text)
    assert id is None or written(BULLETIN, id) == text


def test_an_id_shows_its_kind() -> None:
    id = UUID("01968c3e-4f7a-7c3e-8a4b-5c6d7e8f9a0b")
    assert written(BULLETIN, id) == "bul_01968c3e4f7a7c3e8a4b5c6d7e8f9a0b"
