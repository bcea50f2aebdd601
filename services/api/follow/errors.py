"""What goes wrong with those who follow."""

from shared.errors import InvalidParameter, NotFound, ServiceError


class NoSuchConsumer(NotFound):
    """There is no consumer of this name."""

    code = "no_such_consumer"


class NoSuchWebhook(NotFound):
    """There is no webhook of this id."""

    code = "no_such_webhook"


class NoSuchDelivery(NotFound):
    """The webhook has no delivery of this id."""

    code = "no_such_delivery"


class PositionAhead(ServiceError):
    """The feed has not come to this position yet."""

    status, code = 409, "position_ahead"


class UnsafeUrl(InvalidParameter):
    """We send nothing to this address."""

    code = "unsafe_url"
