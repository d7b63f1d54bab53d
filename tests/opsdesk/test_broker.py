"""The file broker keeps order, shows no half message and survives damaged files."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue
from kombu.exceptions import ChannelError

from opsdesk import broker

QUEUE = Queue("desk", Exchange("desk", type="direct"), routing_key="desk")


@pytest.fixture
def folders(tmp_path):
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def connect(folders):
    opened = []

    def connection():
        options = {
            "data_folder_in": str(folders / "messages"),
            "data_folder_out": str(folders / "messages"),
            "control_folder": str(folders / "control"),
        }
        opened.append(Connection("opsfile://", transport_options=options))
        return opened[-1]

    # kombu keeps the bindings of this transport once for the whole process
    broker.Transport.global_state.clear()
    yield connection
    for each in opened:
        each.release()


def received(connection):
    """Everything that waits in the queue, acknowledged."""
    bodies = []
    with connection.SimpleQueue(QUEUE) as queue:
        while True:
            try:
                message = queue.get(block=False)
            except Empty:
                return bodies
            message.ack()
            bodies.append(message.payload)


def send(connection, *bodies):
    with connection.SimpleQueue(QUEUE) as queue:
        for body in bodies:
            queue.put(body)


def test_messages_come_out_in_the_order_they_went_in(connect):
    send(connect(), *range(20))

    assert received(connect()) == list(range(20))
    assert received(connect()) == []


def test_nothing_but_whole_messages_is_left_in_the_folder(connect, folders):
    send(connect(), "one", "two")

    names = sorted(path.name for path in (folders / "messages").iterdir())
    assert [name.partition(".")[2] for name in names] == ["desk.msg", "desk.msg"]


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}"])
def test_an_unreadable_message_is_dropped_and_the_next_one_delivered(
    connect, folders, caplog, damage
):
    (folders / "messages" / "00000000000000000001_torn.desk.msg").write_bytes(damage)
    send(connect(), "whole")

    assert received(connect()) == ["whole"]
    assert list((folders / "messages").iterdir()) == []
    assert caplog.messages == [
        "Dropped the unreadable message file 00000000000000000001_torn.desk.msg"
    ]


def test_a_file_being_written_is_not_a_message(connect, folders):
    (folders / "messages" / "00000000000000000001_x.desk.msg.77.part").write_bytes(b"{")

    assert received(connect()) == []


@pytest.mark.parametrize("damage", [b"", b"[[", b"{}"])
def test_a_damaged_binding_file_is_written_anew_by_the_next_worker(connect, folders, damage):
    (folders / "control" / "desk.exchange").write_bytes(damage)

    send(connect(), "sent")

    assert received(connect()) == ["sent"]
    assert (folders / "control" / "desk.exchange").read_text() == '[["desk", "", "desk"]]'


def test_binding_twice_keeps_one_row_and_deleting_takes_it_away(connect, folders):
    table = folders / "control" / "desk.exchange"
    for _ in range(2):
        broker.Transport.global_state.clear()
        bound = QUEUE(connect().channel())
        bound.declare()
    once = table.read_text()

    bound.delete()

    assert (once, table.read_text()) == ('[["desk", "", "desk"]]', "[]")


def test_a_message_that_cannot_be_written_is_an_error_for_the_sender(connect, folders):
    connection = connect()
    send(connection, "bound")
    received(connection)
    (folders / "messages").rmdir()

    with pytest.raises(ChannelError, match="The file broker cannot write"):
        connection.channel()._put("desk", {})


WRITER = """
import os, sys
from pathlib import Path
from opsdesk import broker
replace = Path.replace
def killed(self, target):
    os.kill(os.getpid(), 9)
Path.replace = killed
broker._write_whole(Path(sys.argv[1]), {"body": "x"})
"""


def test_a_sender_killed_while_writing_leaves_no_message(folders):
    target = folders / "messages" / "00000000000000000001_y.desk.msg"

    ended = subprocess.run(
        [sys.executable, "-c", WRITER, str(target)],
        cwd=Path(broker.__file__).parents[1],
        env={**os.environ, "PYTHONPATH": "."},
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL
    assert not target.exists()
