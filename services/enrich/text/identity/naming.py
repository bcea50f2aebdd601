"""The stage after the places: what an article names, ready to be held against what other articles name."""

from services.enrich.text.article import Article, Person
from services.enrich.text.identity.career import career_of, day_of
from services.enrich.text.identity.subjects import LONGEST_NAME, subjects_of
from services.enrich.text.identity.usual import is_frequent
from services.enrich.text.named import NamedPerson, Naming, Subject
from shared.orthography.search import folded


def find_subjects(article: Article) -> Article:
    """The article with the people, bodies, places and documents that it names, each with its key."""
    subjects = subjects_of(article)
    bodies = {folded(alias): one for one in subjects if one.type == "organization" for alias in one.aliases}
    people: dict[str, NamedPerson] = {}
    for person in article.people:
        named = _named(article, person, bodies)
        if named.key and len(named.name) <= LONGEST_NAME:
            # Two spellings of one name in one article are one person: "Hoà" and "Hòa".
            people.setdefault(named.key, named)
    naming = Naming(day=day_of(article), people=tuple(people.values()), subjects=tuple(subjects))
    return article.evolve(naming=naming)


def _named(article: Article, person: Person, bodies: dict[str, Subject]) -> NamedPerson:
    return NamedPerson(
        key=folded(person.name),
        name=" ".join(person.name.split()),
        frequent=is_frequent(person.name),
        facts=career_of(article, person, bodies),
        rank=person.rank.text if person.rank else None,
        posts=tuple(dict.fromkeys((one.text, one.organisation) for one in person.positions)),
        spans=tuple(sorted((*person.mentions, *person.titles), key=lambda span: (span.start, span.end))),
    )
