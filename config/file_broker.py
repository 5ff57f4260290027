"""The broker of the embedded default: Kombu's folder of messages, in which a message is seen only when it is whole.

Kombu names a message's file before it writes it. A worker that looks in between takes an empty message, cannot read it
and ends, and nothing is made until somebody starts it again.
"""

import logging
import os
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue: Any, message: Any, **kwargs: Any) -> None:  # type: ignore[override]  # so says one stub
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        unseen = Path(self.data_folder_out, f".{name}")  # the name of no queue's message
        try:
            unseen.write_text(dumps(message), encoding="utf-8")
            unseen.rename(unseen.with_name(name))
        except OSError as error:
            raise ChannelError(f"Cannot add the message {name}") from error

    def _get(self, queue: Any, timeout: Any = None) -> Any:
        """The next message. One that cannot be read, as after a crash of the machine, is left out: what it announced
        stands in a row, which the next drain finds."""
        try:
            return super()._get(queue)
        except ValueError:
            log.warning("A message in the queue %s could not be read and was left out.", queue)
            raise Empty from None

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """The table of an exchange is never there without content either."""
        file = self._exchange_file(exchange)
        if not file.exists():
            empty = file.with_name(f"{uuid4()}.new")
            empty.write_text("[]", encoding="utf-8")
            try:
                os.link(empty, file)
            except FileExistsError:
                pass
            finally:
                empty.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    Channel = Channel
