"""Both sides of the translator, for machines without much time.

peer.py serve PORT              TCP and UDP at PORT of every address: tells each who it is
peer.py ask HOST PORT WHAT...   asks, a line each; what cannot be had is the name of its error
peer.py beat HOST PORT FILE     one connection, a byte each 0.1 s, the answers counted in FILE
peer.py connect HOST PORT SEC   how many connections it opens and closes one after the other in so many seconds
"""

import errno
import os
import socket
import sys
import threading
import time

SO_NO_CHECK = 11
IP_MTU_DISCOVER, IP_MTU, PMTUDISC_DONT, PMTUDISC_DO = 10, 14, 0, 2
IPV6_MTU_DISCOVER, IPV6_MTU = 23, 24


def plain(address):
    return address.removeprefix("::ffff:")


def answer_tcp(connection, peer):
    with connection:
        while data := connection.recv(4096):
            connection.sendall(f"{plain(peer[0])} {peer[1]}".encode() if data == b"who" else data)


def serve(port):
    tcp = socket.socket(socket.AF_INET6)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("::", port))
    tcp.listen(64)

    def accept():
        while True:
            threading.Thread(target=answer_tcp, args=tcp.accept(), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_DONT)
    udp.bind(("0.0.0.0", port))
    six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    six.bind(("::", port))

    def answer_six():
        while True:
            data, peer = six.recvfrom(65536)
            six.sendto(f"{peer[0]} {peer[1]}".encode() if data == b"who" else data, peer)

    threading.Thread(target=answer_six, daemon=True).start()
    while True:
        data, peer = udp.recvfrom(65536)
        if data == b"zero":
            udp.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
            udp.sendto(data, peer)
            udp.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 0)
        else:
            udp.sendto(f"{peer[0]} {peer[1]}".encode() if data == b"who" else data, peer)


def opened(host, port, kind):
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    made.settimeout(3)
    made.connect((host, port))
    return made


def one(host, port, what):
    word, _, size = what.partition("=")
    if word == "tcp":
        with opened(host, port, socket.SOCK_STREAM) as stream:
            stream.sendall(b"who")
            return stream.recv(100).decode()
    with opened(host, int(size) if word == "closed" else port, socket.SOCK_DGRAM) as datagrams:
        if word == "udp":
            datagrams.send(b"who")
            return datagrams.recv(100).decode()
        if word == "zero":
            datagrams.send(b"zero")
            return datagrams.recv(100).decode()
        if word == "closed":
            datagrams.send(b"x")
            return datagrams.recv(100).decode()
        if word == "large":
            datagrams.send(bytes(int(size)))
            return str(len(datagrams.recv(65536)))
        # How large the way is, told by those on it, to who lets nobody cut its packets.
        level, discover, learnt = (
            (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_MTU)
            if ":" in host
            else (socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_MTU)
        )
        datagrams.setsockopt(level, discover, PMTUDISC_DO)
        for _ in range(6):
            try:
                datagrams.send(bytes(int(size)))
                time.sleep(0.3)
            except OSError as error:
                if error.errno != errno.EMSGSIZE:
                    raise
                break
        return str(datagrams.getsockopt(level, learnt))


def ask(host, port, whats):
    for what in whats:
        try:
            said = one(host, port, what)
        except OSError as error:
            said = errno.errorcode.get(error.errno or 0, type(error).__name__)
        print(f"{what}: {said}", flush=True)


def beat(host, port, path):
    with opened(host, port, socket.SOCK_STREAM) as stream:
        count = 0
        while True:
            stream.sendall(b"b")
            if stream.recv(1) != b"b":
                os._exit(1)
            count += 1
            with open(path, "w") as file:
                file.write(f"{count}\n")
            time.sleep(0.1)


def connect(host, port, seconds):
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with opened(host, port, socket.SOCK_STREAM):
            count += 1
    print(count)


verb, *rest = sys.argv[1:]
if verb == "serve":
    serve(int(rest[0]))
elif verb == "ask":
    ask(rest[0], int(rest[1]), rest[2:])
elif verb == "beat":
    beat(rest[0], int(rest[1]), rest[2])
else:
    connect(rest[0], int(rest[1]), float(rest[2]))
