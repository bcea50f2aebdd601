"""Where a webhook may lead, and what it is signed with: the rules, without the door."""

import base64
import binascii
from collections.abc import Callable, Sequence

from pydantic import AnyUrl, TypeAdapter, ValidationError

from services.api.follow.errors import UnsafeUrl
from shared.errors import InvalidParameter
from shared.networks import Network, is_allowed, literal, may_be_reached

_PREFIX = "whsec_"
_URL = TypeAdapter(AnyUrl)


class BadSecret(InvalidParameter):
    """This is no secret of a webhook."""

    code = "bad_secret"


def safe_url(told: str, allowed: Sequence[Network]) -> str:
    """The address as it is kept, its host as the resolver takes it. Raises UnsafeUrl.

    A name is looked at again with every connection: what it leads to may change.
    """
    try:
        url = _URL.validate_python(told)
    except ValidationError as error:
        raise UnsafeUrl(f"no address: {error.errors()[0]['msg']}") from None
    if url.scheme != "https" and not (url.scheme == "http" and allowed):
        raise UnsafeUrl("the address must begin with https://")
    if url.host is None or url.username is not None or url.password is not None:
        raise UnsafeUrl("the address must hold a host, and no name or password")
    if url.fragment is not None:
        raise UnsafeUrl("the address must have no fragment")
    address = literal(url.host)
    if address is not None and url.scheme == "http" and not is_allowed(address, allowed):
        raise UnsafeUrl(f"{address} is reached by http only if it is in one of BANTIN_WEBHOOK_NETWORKS")
    if address is not None and not may_be_reached(address, allowed):
        raise UnsafeUrl(f"{address} is in no public network, nor in one of BANTIN_WEBHOOK_NETWORKS")
    return str(url)


def new_secret(chance: Callable[[int], bytes]) -> str:
    """A secret as the specification of standard webhooks writes it, of 32 random bytes."""
    return _PREFIX + base64.b64encode(chance(32)).decode()


def usable_secret(told: str) -> str:
    """The secret, if it is one: 24 to 64 bytes. Raises BadSecret."""
    try:
        key = base64.b64decode(told.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not told.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise BadSecret("a secret is whsec_ and the base64 of 24 to 64 bytes")
    return told
