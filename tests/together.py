"""Acts of several people at the same moment, each in a thread and on a connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation

from consortium.services import Refused


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What became of acts that were begun together: "" or the sentences of the refusal, in alphabetical order."""
    barrier, said = Barrier(len(acts), timeout=10), []

    def run(act: Callable[[], object]) -> None:
        with translation.override("en"):
            barrier.wait()
            try:
                act()
                said.append("")
            except Refused as refusal:
                said.append(str(refusal))
            except ValidationError as error:
                said.append(" ".join(error.messages))
            finally:
                connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)
