from ipaddress import ip_address

import pytest

from shared.networks import is_allowed, literal, may_be_reached, networks


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "192.0.2.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_nothing_is_sent_into_a_network_that_is_not_public(address: str) -> None:
    assert not may_be_reached(ip_address(address), ())


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_the_public_can_be_reached(address: str) -> None:
    assert may_be_reached(ip_address(address), ())


def test_a_network_of_the_settings_can_be_reached_in_either_spelling() -> None:
    ours = networks("10.1.0.0/16, fd00::/8")
    reached = ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "10.2.0.1", "127.0.0.1"]
    assert [may_be_reached(ip_address(one), ours) for one in reached] == [True, True, True, False, False]
    assert not is_allowed(ip_address("8.8.8.8"), ours)
    assert networks("") == ()


def test_a_network_that_is_none_is_a_mistake_of_the_settings() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        networks("loopback")


def test_a_host_is_an_address_or_a_name() -> None:
    assert [str(literal(host)) for host in ("10.0.0.1", "[::1]", "bao.example")] == ["10.0.0.1", "::1", "None"]
