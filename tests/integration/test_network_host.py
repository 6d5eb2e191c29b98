"""The hosts that tests make of network namespaces are hosts of their own."""

from support.network_host import NetworkHost


def test_no_two_of_a_process_share_a_cable_or_an_address():
    hosts = [NetworkHost() for _ in range(1000)]
    assert len({host.address for host in hosts}) == len({host.cable for host in hosts}) == len(hosts)
    assert max(len(host.cable) for host in hosts) <= 15  # what the kernel takes
