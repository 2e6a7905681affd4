"""Sits on the switch between the gateway and machines, and changes router advertisements on their way.

tamper.py FROM TO[,TO…] CHANGE…   ports of the bridge; "ready" is printed when it listens

Changes: router-lifetime=N, preferred=N, valid=N, mtu=N, without=OPTION-TYPE. The bridge itself must drop the originals.
"""

import socket
import struct
import sys

ETH_P_ALL, ETH_P_IPV6 = 3, 0x86DD


def checksum(source: bytes, destination: bytes, message: bytes) -> int:
    """RFC 4443, section 2.3."""
    whole = source + destination + struct.pack(">II", len(message), 58) + message + bytes(len(message) % 2)
    total = sum(struct.unpack(f">{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def changed(message: bytes, changes: dict) -> bytes:
    head = bytearray(message[:16])
    if "router-lifetime" in changes:
        struct.pack_into(">H", head, 6, int(changes["router-lifetime"]))
    options, at = b"", 16
    while at < len(message):
        option = bytearray(message[at : at + message[at + 1] * 8])
        at += len(option)
        if str(option[0]) == changes.get("without"):
            continue
        if option[0] == 3:
            for key, offset in (("valid", 4), ("preferred", 8)):
                if key in changes:
                    struct.pack_into(">I", option, offset, int(changes[key]))
        if option[0] == 5 and "mtu" in changes:
            struct.pack_into(">I", option, 4, int(changes["mtu"]))
        options += bytes(option)
    head[2:4] = b"\0\0"
    return bytes(head) + options


def main(source: str, targets: str, *words: str) -> None:
    changes = dict(word.split("=") for word in words)
    # Those who listen for one protocol are asked after the bridge has taken the frame.
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    ear.bind((source, ETH_P_ALL))
    mouths = []
    for target in targets.split(","):
        mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        mouth.bind((target, ETH_P_IPV6))
        mouths.append(mouth)
    print("ready", flush=True)
    while True:
        frame, (_, _, kind, *_) = ear.recvfrom(2048)
        if kind == socket.PACKET_OUTGOING or frame[12:14] != b"\x86\xdd" or len(frame) < 70 or frame[20] != 58 or frame[54] != 134:
            continue
        message = bytearray(changed(frame[54 : 54 + struct.unpack_from(">H", frame, 18)[0]], changes))
        header = bytearray(frame[:54])
        struct.pack_into(">H", header, 18, len(message))
        message[2:4] = struct.pack(">H", checksum(frame[22:38], frame[38:54], bytes(message)))
        for mouth in mouths:
            mouth.send(bytes(header + message))


main(*sys.argv[1:])
