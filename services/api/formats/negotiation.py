"""Which form does a reader want? `Accept`, as RFC 9110 (12.5.1) has it."""

from collections.abc import Sequence

from shared.errors import ServiceError


class NotAcceptable(ServiceError):
    """The article is not to be had in any form that `Accept` names."""

    status, code = 406, "not_acceptable"


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The media type of those offered that is wanted most; of equals the one offered first. Raises NotAcceptable."""
    if accept is None or accept.strip() in ("", "*/*"):
        return offered[0]
    ranges = [_read(one) for one in accept.split(",") if one.strip()]
    best = max(offered, key=lambda kind: _wanted(kind, ranges))
    if not _wanted(best, ranges):
        raise NotAcceptable(f"it is there as {', '.join(offered)}")
    return best


def _read(one: str) -> tuple[str, float]:
    kind, *parameters = (part.strip().lower() for part in one.split(";"))
    weight = next((part.removeprefix("q=") for part in parameters if part.startswith("q=")), "1")
    try:
        return kind, min(max(float(weight), 0.0), 1.0)
    except ValueError:
        return kind, 0.0


def _wanted(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    """How much a type is wanted: what names it most closely says so."""
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        weights = [weight for name, weight in ranges if name == wanted]
        if weights:
            return max(weights)
    return 0.0
