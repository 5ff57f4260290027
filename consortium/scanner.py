"""Asking clamd whether bytes hold a virus: its command INSTREAM, over TCP or a socket of this machine.

Our own few lines: ``clamd`` and ``pyclamd`` have had no release since 2014 and 2017, ``clamav-client`` is under
GPL-2.0, and what has to be told apart here (nobody listens, or this one file cannot be looked at) each of them mixes.
The protocol is that of clamd(8).
"""

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings

SECONDS_TO_CONNECT, SECONDS_TO_SCAN = 2, 60
LONGEST = 200  # of an answer that is kept


class Away(Exception):
    """Nobody answers at CLAMD."""


class Unscannable(Exception):
    """The scanner answers, but says nothing about these bytes. Its text is the scanner's, or the error's."""


def is_on() -> bool:
    return bool(settings.CLAMD)


def scan(pieces: Iterable[bytes]) -> str:
    """What clamd finds in the bytes, by its name for it; "" when nothing. Raises Away and Unscannable."""
    with _connected() as clamd:
        try:
            clamd.sendall(b"zINSTREAM\0")
            for piece in pieces:
                if piece:  # an empty one would end the stream
                    clamd.sendall(struct.pack("!L", len(piece)) + piece)
            clamd.sendall(struct.pack("!L", 0))
        except OSError:  # beyond its StreamMaxLength clamd says so and hangs up, while we still send
            with suppress(OSError):
                raise Unscannable(_answer(clamd) or "connection lost") from None
            raise Unscannable("connection lost") from None
        try:
            said = _answer(clamd)
        except OSError as error:
            raise Unscannable(str(error) or "no answer") from error
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise Unscannable(said or "no answer")


def answers() -> bool:
    """Whether clamd is there and answers its PING."""
    try:
        with _connected() as clamd:
            clamd.settimeout(SECONDS_TO_CONNECT)
            clamd.sendall(b"zPING\0")
            return _answer(clamd) == "PONG"
    except (Away, OSError):
        return False


def _connected() -> socket.socket:
    try:
        if settings.CLAMD.startswith("/"):
            clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                clamd.settimeout(SECONDS_TO_CONNECT)
                clamd.connect(settings.CLAMD)
            except OSError:
                clamd.close()
                raise
        else:
            host, _colon, port = settings.CLAMD.rpartition(":")
            clamd = socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_TO_CONNECT)
    except OSError as error:
        raise Away(str(error)) from error
    clamd.settimeout(SECONDS_TO_SCAN)
    return clamd


def _answer(clamd: socket.socket) -> str:
    """What comes until the zero byte or the end."""
    said = b""
    while b"\0" not in said and len(said) < 4096:
        piece = clamd.recv(4096)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode(errors="replace").strip()[:LONGEST]
