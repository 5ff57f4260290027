"""What the web processes count together: how often an address or a person has asked."""

import json
import logging
from typing import Any, NoReturn

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class Plain:
    """Numbers as they are, so that Redis counts them, and the rest as JSON: a pickle could run what it likes."""

    def dumps(self, value: Any) -> Any:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class SharedCounts(RedisCache):
    """Redis, without which the program goes on: nothing is remembered then and no limit is counted."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return _away(error, default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            _away(error, None)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except RedisError as error:
            return _away(error, True)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        try:
            return super().incr(key, delta, version)
        except RedisError as error:
            return _away(error, delta)

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError as error:
            return _away(error, False)

    def clear(self) -> NoReturn:
        raise NotImplementedError("The broker's messages lie in the same database.")


def _away(error: RedisError, otherwise: Any) -> Any:
    log.warning("Redis does not answer (%s); limits are not counted.", error)
    return otherwise
