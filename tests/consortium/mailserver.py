"""A mail server on this machine that keeps what it is sent and refuses the addresses it is told to."""

import socketserver
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Conversation(socketserver.StreamRequestHandler):
    """One client's commands, as far as Django's backend uses them."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode():
            command, address = line[:4].strip().upper(), line.partition("<")[2].partition(">")[0]
            if command == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.kept.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.say("550 no such person" if command == "RCPT" and address in self.server.refused else "250 fine")
            if command == "QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(settings, refused: Iterable[str] = ()) -> Iterator[list[EmailMessage]]:
    """While it runs, the program sends through it; what it has taken."""
    with socketserver.TCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.kept, server.refused = [], set(refused)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.kept
        finally:
            server.shutdown()
            thread.join()
