"""The second stage: who wrote it, and from whom the newsroom has it."""

from services.enrich.text.article import Article, Basis, Block, Byline, SourceLine
from services.enrich.text.structure.credits import byline_of, source_of

VERSION = "1"


def find_credits(article: Article) -> Article:
    """Read the bylines and source lines. A bulletin with several of one kind keeps the first; a digest has none."""
    if article.items:
        return article
    bylines = [byline for block in article.blocks if block.kind == "byline" and (byline := _byline(block))]
    sources = [source for block in article.blocks if (source := _source(block))]
    return article.evolve(byline=bylines[0] if bylines else None, source=sources[0] if sources else None)


def _byline(block: Block) -> Byline | None:
    credit = byline_of(block.text)
    if credit is None:
        return None
    basis = Basis(
        method="credits.byline",
        version=VERSION,
        confidence=block.basis.confidence,
        evidence=(block.span,),
        reason=block.basis.reason,
    )
    return Byline(span=block.span, author=credit.author, affiliation=credit.affiliation, basis=basis)


def _source(block: Block) -> SourceLine | None:
    if block.kind == "source":
        name, reason = source_of(block.text), block.basis.reason
    elif block.kind == "byline" and (credit := byline_of(block.text)):
        name, reason = credit.source, "stands in brackets behind the author"
    else:
        return None
    if name is None:
        return None
    basis = Basis(
        method="credits.source",
        version=VERSION,
        confidence=block.basis.confidence,
        evidence=(block.span,),
        reason=reason,
    )
    return SourceLine(span=block.span, name=name, basis=basis)
