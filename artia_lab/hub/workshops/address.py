"""Where a request comes from, believing nobody but our own proxy.

The proxy ends ``X-Forwarded-For`` with the address that it saw. What stands before is the client's own word, and
so is ``X-Real-Ip``, which tornado would prefer: neither is read. A process of this machine that speaks to the hub
without the proxy could still write what it likes, so the kernel is asked whose the other end of the connection is.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.web import RequestHandler

# One household or office has a whole network of this size in IPv6.
IPV6_NETWORK_BITS = 64

_SOCK_DIAG_BY_FAMILY, _NETLINK_SOCK_DIAG, _TCP_ESTABLISHED_ON = 20, 4, 0xFFFFFFFF
_REQUEST_FLAGS = 1
_HEADER = struct.Struct("=IHHII")
_UID_OFFSET = _HEADER.size + 64


def address_of(handler: RequestHandler) -> str:
    """Tell which address a request comes from.

    Parameters
    ----------
    handler : tornado.web.RequestHandler
        What answers it.

    Returns
    -------
    str
        An IPv4 address, or an IPv6 network; ``"account 1000"`` for a process of this machine that went round the
        proxy.
    """
    seen = handler.request.connection.context.address  # type: ignore[union-attr]
    here = handler.request.connection.stream.socket.getsockname()  # type: ignore[union-attr]
    account = peer_account(tuple(seen[:2]), tuple(here[:2]))
    if account is not None and account not in (0, os.geteuid()):
        return f"account {account}"
    return plain_address(handler.request.headers.get("X-Forwarded-For", seen[0]))


def claimed_address(handler: RequestHandler) -> str:
    """Tell which address a request says it comes from, which costs nothing to find out.

    Parameters
    ----------
    handler : tornado.web.RequestHandler
        What answers it.

    Returns
    -------
    str
        As `address_of` gives it, if the proxy wrote it.
    """
    seen = handler.request.connection.context.address  # type: ignore[union-attr]
    return plain_address(handler.request.headers.get("X-Forwarded-For", seen[0]))


def plain_address(forwarded: str) -> str:
    """Read the last address of a list, in the form in which it is counted.

    Parameters
    ----------
    forwarded : str
        Addresses with commas between them.

    Returns
    -------
    str
        An IPv4 address, an IPv6 network, or ``"unknown"``.
    """
    try:
        address = ipaddress.ip_address(forwarded.rpartition(",")[2].strip())
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return str(address)


def peer_account(peer: tuple[str, int], here: tuple[str, int]) -> int | None:
    """Ask the kernel whose the other end of a connection inside this machine is.

    Parameters
    ----------
    peer, here : tuple of str and int
        IPv4 address and port of both ends.

    Returns
    -------
    int or None
        The account; None when the other end is not on this machine, or the kernel does not tell.
    """
    try:
        ends = [(socket.inet_aton(host), port) for host, port in (peer, here)]
        (source, source_port), (target, target_port) = ends
        request = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, _TCP_ESTABLISHED_ON)
        request += struct.pack("!HH", source_port, target_port) + source.ljust(16, b"\0") + target.ljust(16, b"\0")
        request += struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
        header = _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _REQUEST_FLAGS, 1, 0)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
            kernel.settimeout(1)
            kernel.send(header + request)
            answer = kernel.recv(8192)
        if _HEADER.unpack_from(answer)[1] != _SOCK_DIAG_BY_FAMILY:
            return None
        return int(struct.unpack_from("=I", answer, _UID_OFFSET)[0])
    except (OSError, struct.error):
        return None
