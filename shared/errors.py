"""What our services say when they cannot do a thing.

ServiceError
  NotFound · MethodNotAllowed · InvalidParameter      the request
  NoSuchArticle · ArticleMerged · ArticleWithheld · ArticleKilled · ArticleErased      what it asks for
  KeyMissing · KeyRefused · NotAllowed · RateLimited · ForeignRequest      who asks
  TooManyConnections · DatabaseAway                   the service
"""

from collections.abc import Sequence

from shared.contracts.problem import Fault, Problem


class ServiceError(Exception):
    """The service cannot do this."""

    status = 500
    code = "internal_error"

    def __init__(
        self, detail: str | None = None, *, errors: Sequence[Fault] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail or self.title())
        self.errors = list(errors)
        self.headers = headers or {}

    @classmethod
    def title(cls) -> str:
        """The error in one sentence: the class's docstring."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    def problem(self, request_id: str) -> Problem:
        """The error as it goes over the wire."""
        return Problem(
            type=f"urn:bantin:problem:{self.code}",
            title=self.title(),
            status=self.status,
            code=self.code,
            detail=str(self),
            errors=self.errors,
            request_id=request_id,
        )


class NotFound(ServiceError):
    """There is nothing at this address."""

    status, code = 404, "not_found"


class NoSuchBulletin(NotFound):
    """There is no bulletin of this id."""

    code = "no_such_bulletin"


class NoSuchArticle(NotFound):
    """There is no article of this id."""

    code = "no_such_article"


class ArticleMerged(ServiceError):
    """The article was found to be a duplicate of another, which stands in its place."""

    status, code = 307, "article_merged"


class ArticleWithheld(ServiceError):
    """The article is held back while it is looked into."""

    status, code = 403, "article_withheld"


class ArticleKilled(ServiceError):
    """The article was taken back, for good."""

    status, code = 410, "article_killed"


class ArticleErased(ServiceError):
    """The article was taken back, and its words were erased."""

    status, code = 410, "article_erased"


class MethodNotAllowed(ServiceError):
    """This address does not take that method."""

    status, code = 405, "method_not_allowed"


class InvalidParameter(ServiceError):
    """A parameter, header or body field is not as it must be."""

    status, code = 400, "invalid_parameter"


class KeyMissing(ServiceError):
    """This is shown and done only for the holder of a key."""

    status, code = 401, "key_missing"


class KeyRefused(ServiceError):
    """The key is not one of ours, or no longer."""

    status, code = 401, "key_refused"


class NotAllowed(ServiceError):
    """This key does not allow that."""

    status, code = 403, "not_allowed"


class ForeignRequest(ServiceError):
    """This form was sent from another site."""

    status, code = 403, "foreign_request"


class RateLimited(ServiceError):
    """This key has asked too often."""

    status, code = 429, "rate_limited"


class TooManyConnections(ServiceError):
    """This process holds as many connections as it can."""

    status, code = 503, "too_many_connections"


class DatabaseAway(ServiceError):
    """The database does not answer."""

    status, code = 503, "database_away"
