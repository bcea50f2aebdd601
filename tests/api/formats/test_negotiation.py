"""Which form of an article `Accept` asks for."""

import pytest

from services.api.formats.negotiation import NotAcceptable, preferred

OFFERED = ("application/json", "application/vnd.iptc.ninjs+json", "text/plain", "text/markdown")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("application/vnd.iptc.ninjs+json", "application/vnd.iptc.ninjs+json"),
        ("Text/Markdown; charset=utf-8", "text/markdown"),
        ("text/*", "text/plain"),
        ("text/*;q=0.5, text/markdown;q=0.4, application/json;q=0.1", "text/plain"),
        ("application/json;q=0.5, text/plain;q=0.9", "text/plain"),
        ("*/*, application/json;q=0", "application/vnd.iptc.ninjs+json"),
        ("text/plain;q=nonsense, application/json;q=0.1", "application/json"),
    ],
)
def test_the_form_that_is_wanted_most_is_taken(accept: str | None, form: str) -> None:
    assert preferred(accept, OFFERED) == form


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "text/html"])
def test_what_is_not_there_is_refused_with_what_is(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="text/markdown"):
        preferred(accept, OFFERED)
