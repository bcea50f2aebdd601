"""Which articles tell of one event: what is telling about a text, and whether two texts have it in common."""

from services.enrich.text.stories.decide import MOST_CANDIDATES, SURE, WINDOW, Likely, Match, matches
from services.enrich.text.stories.telling import Sketch, find_telling_words, keys, pack, sketch, unpack

__all__ = [
    "MOST_CANDIDATES",
    "SURE",
    "WINDOW",
    "Likely",
    "Match",
    "Sketch",
    "find_telling_words",
    "keys",
    "matches",
    "pack",
    "sketch",
    "unpack",
]
