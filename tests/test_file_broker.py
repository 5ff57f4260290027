"""Messages of the file broker are whole whenever somebody looks."""

import threading
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem

from config import celery, file_broker

MESSAGES = 3000


def channel_of(transport, folder):
    (folder / "control").mkdir(exist_ok=True)
    places = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    return Connection(transport=transport, transport_options=places).channel()


def torn_reads(transport, folder) -> tuple[int, int]:
    """How many messages were read whole and how many were not, while somebody else wrote them."""
    writer, reader = channel_of(transport, folder), channel_of(transport, folder)
    whole = torn = 0

    def write() -> None:
        for number in range(MESSAGES):
            writer._put("work", {"body": "年" * 200, "number": number})

    writing = threading.Thread(target=write)
    writing.start()
    while True:
        was_writing = writing.is_alive()
        try:
            whole += bool(reader._get("work"))
        except ValueError:
            torn += 1
        except Empty:
            if not was_writing:
                return whole, torn


def test_no_message_is_taken_before_it_is_whole(tmp_path):
    assert torn_reads(file_broker.Transport, tmp_path) == (MESSAGES, 0)


def test_control_kombus_own_gives_messages_that_are_not_whole(tmp_path):
    """If this fails Kombu has mended it, and ``config.file_broker`` can go. One round finds some most times."""
    assert any(torn_reads(filesystem.Transport, tmp_path)[1] for _round in range(12))


def test_a_broken_message_is_left_out_and_the_next_one_comes(tmp_path, caplog):
    channel = channel_of(file_broker.Transport, tmp_path)
    (tmp_path / "0_broken.work.msg").write_bytes(b"")
    channel._put("work", {"number": 1})
    with pytest.raises(Empty):
        channel._get("work")
    assert channel._get("work") == {"number": 1}
    assert "could not be read" in caplog.text


def test_the_table_of_an_exchange_is_kept_by_many_who_begin_at_once(tmp_path):
    channels = [channel_of(file_broker.Transport, tmp_path) for _number in range(8)]
    barrier = threading.Barrier(8)

    def bind(number: int) -> None:
        barrier.wait()
        channels[number]._queue_bind("all", "", "", f"queue-{number}")

    threads = [threading.Thread(target=bind, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row.queue for row in channels[0].get_table("all")} == {f"queue-{number}" for number in range(8)}
    assert [file.name for file in (tmp_path / "control").iterdir()] == ["all.exchange"]


def test_the_program_uses_it(tmp_path):
    assert celery.app
    with Connection("filesystem://") as connection:
        assert isinstance(connection.transport, file_broker.Transport)
