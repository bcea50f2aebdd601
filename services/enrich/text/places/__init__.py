"""Places: their names in the text, and the units of the map that were meant on the day."""

from services.enrich.text.places.stage import find_places
from services.enrich.text.places.terms import terms_of

__all__ = ["find_places", "terms_of"]
