import random

from hypothesis import given
from hypothesis import strategies as st

from services.enrich.text.duplicates.signature import BANDS, band_keys

hashes = st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=200)


def common_share(jaccard: float, trials: int) -> float:
    """How often two sets with such a share of common members have a key in common."""
    chance, size = random.Random(7), 300
    shared = round(2 * size * jaccard / (1 + jaccard))
    found = 0
    for _ in range(trials):
        members = [chance.getrandbits(32) for _ in range(2 * size - shared)]
        found += bool(set(band_keys(members[:size])) & set(band_keys(members[size - shared :])))
    return found / trials


@given(hashes)
def test_keys_fit_postgresqls_bigint_and_are_the_same_for_the_same_words(members: set[int]) -> None:
    keys = band_keys(members)
    assert len(keys) == BANDS
    assert all(0 <= key < 2**63 for key in keys)
    assert keys == band_keys(sorted(members))


def test_texts_with_half_of_their_words_in_common_are_found() -> None:
    assert common_share(0.5, 200) > 0.93


def test_texts_with_hardly_a_word_in_common_are_not() -> None:
    assert common_share(0.05, 200) < 0.05


@given(st.sets(st.integers(0, 2**32 - 1), min_size=25, max_size=40))
def test_a_short_text_with_one_phrase_more_is_found(members: set[int]) -> None:
    more = max(members) + 1
    assert set(band_keys(members)) & set(band_keys({*members, more}))
