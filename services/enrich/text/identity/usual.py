"""Is a name so frequent that it says by itself nothing about who bears it?"""

from services.enrich.text.identity.words import words
from shared.orthography.search import folded

_FILE = "usual_names"


def is_frequent(name: str) -> bool:
    """Do many people bear this name? A given name alone always counts as one."""
    syllables = folded(name).split(" ")
    if len(syllables) == 1:
        return True
    surname, *middle, given = syllables
    if surname not in words(_FILE, "surname"):
        return False
    known = words(_FILE, "middle")
    return given in words(_FILE, "given") and all(one in known for one in middle)
