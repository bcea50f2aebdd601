"""What goes wrong between a client and the services.

BantinError
  NoAnswer · StrangeAnswer · FeedReset      no answer that is one
  Refused                                   the service says why not: `problem`
    Missing · NotAllowed · Gone · TryLater
"""

from shared.contracts.problem import Problem


class BantinError(Exception):
    """Something went wrong between the client and a service."""


class NoAnswer(BantinError):
    """No service answers at the address, or the connection broke, again and again."""


class StrangeAnswer(BantinError):
    """What answers is no service of Bantin, or one of another time: the answer is none that its contract knows."""


class FeedReset(BantinError):
    """The feed is shorter than it was: a backup was restored. What was read behind `head_seq` may be wrong."""

    def __init__(self, head_seq: int) -> None:
        super().__init__(f"the feed goes only as far as {head_seq}: read again what was read behind it")
        self.head_seq = head_seq


class Refused(BantinError):
    """The service will not do it, and says why in `problem`: its `code` is stable, its `detail` is for people."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem, self.retry_after = problem, retry_after


class Missing(Refused):
    """There is none (404)."""


class NotAllowed(Refused):
    """Not with this key, or not while it is withheld (401, 403)."""


class Gone(Refused):
    """It was taken back, for good (410)."""


class TryLater(Refused):
    """Not now: the service was asked again until patience ended (408, 409, 429, 502, 503, 504)."""


_KINDS = {401: NotAllowed, 403: NotAllowed, 404: Missing, 410: Gone}
_LATER = {408, 429, 502, 503, 504}
_LATER_CODES = {"idempotency_key_in_use", "article_in_hand"}
"""Of the conflicts (409) those that pass by themselves."""


def refusal(problem: Problem, retry_after: float | None) -> Refused:
    """The error that a problem is."""
    if problem.status in _LATER or problem.code in _LATER_CODES:
        return TryLater(problem, retry_after)
    return _KINDS.get(problem.status, Refused)(problem, retry_after)
