"""What no other lab on this machine has: a port, and loopback addresses for load balancers and for instances."""

import socket
from ipaddress import IPv4Address

_AT = "127.63.255.254"
_FIRST_BLOCK = IPv4Address("127.64.0.0")
_BLOCK_SIZE = 192  # 65536 of them fill 127.64.0.0 to 127.255.255.255
_FIRST_MACHINE_BLOCK = IPv4Address("127.1.0.0")
MACHINES = 48  # 65536 times so many fill 127.1.0.0 to 127.48.255.255; DNS is at 127.53


class Reservation:
    """A free port, held as long as this lives, and two blocks of addresses that belong to that port.

    Addresses have to differ, too: listeners of two labs may have the same port.
    """

    def __init__(self) -> None:
        self._held = socket.create_server((_AT, 0))
        self.port: int = self._held.getsockname()[1]
        self.first_address = _FIRST_BLOCK + self.port * _BLOCK_SIZE
        self.first_machine = _FIRST_MACHINE_BLOCK + self.port * MACHINES
