"""The broker where there is Redis: Kombu's, whose channel says that its connection is lost instead of failing over it.

When Redis goes while a job is under way, Kombu takes the channel's connection apart and then asks it where to give back
the job, or, when the job has ended, where to say so. It finds no address, and of this AttributeError, which is none of
the broker's errors, the worker ends (celery/kombu#582 is the oldest report of it). As an error of the connection the
worker takes it for what it is and connects again. The message that stays comes again after ``visibility_timeout``, when
there is nothing left to do for it.
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError


class Channel(redis.Channel):
    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The connection of this channel is lost.")
        return super()._connparams(asynchronous)


class Transport(redis.Transport):
    Channel = Channel
