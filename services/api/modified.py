"""Whoever asks by date whether something has changed is answered as soundly as by its ETag."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

_SECOND = timedelta(seconds=1)
_SETTLED = timedelta(seconds=30)
"""A transaction takes less: what it wrote may bear an earlier time than what was seen before it ended."""


def asks_by_date(asked: Mapping[str, str]) -> bool:
    """Is `If-Modified-Since` to be heeded? An ETag decides before it (RFC 9110, 13.2.2)."""
    return "if-modified-since" in asked and "if-none-match" not in asked


def last_modified(changed_at: datetime | None, now: datetime) -> str | None:
    """The header for what is as it is since a moment: the next whole second. None while something earlier may still come."""
    if changed_at is None or now - changed_at < _SETTLED:
        return None
    whole = changed_at.astimezone(UTC).replace(microsecond=0)
    return format_datetime(whole if whole == changed_at else whole + _SECOND, usegmt=True)


def is_known(asked: Mapping[str, str], changed_at: datetime | None, now: datetime) -> bool:
    """Has the reader what is as it is since a moment: by the date that we gave, or by a later one of his own?"""
    told = last_modified(changed_at, now)
    if told is None or changed_at is None or not asks_by_date(asked):
        return False
    try:
        since = parsedate_to_datetime(asked["if-modified-since"])
    except (ValueError, TypeError):
        return False  # no date: the header is passed over
    if since.tzinfo is None or since > now:
        return False
    return since == parsedate_to_datetime(told) or since >= changed_at + _SETTLED
