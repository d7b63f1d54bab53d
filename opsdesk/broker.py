"""The file broker: messages and bindings in files that appear whole or not at all."""

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Message files appear whole or not at all, in the order they were sent.

    kombu writes each file under its final name, so a process killed in between leaves an
    empty message, and one empty message ends every worker that reads it. Here a file is
    written aside and renamed, and one that cannot be read all the same is dropped with a
    warning: the job rows hold the work, a message only wakes a worker.
    """

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out, name), payload)

    def _get(self, queue: str) -> Any:
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            try:
                content = path.read_bytes()
                path.unlink()  # whoever removes the file owns the message
            except FileNotFoundError:
                continue
            message = _parsed(content)
            if isinstance(message, dict) and "delivery_tag" in message.get("properties", ()):
                return message
            logger.warning("Dropped the unreadable message file %s", path.name)
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        try:
            content = self._exchange_file(exchange).read_bytes()
        except FileNotFoundError:
            return []
        rows = _parsed(content)
        if not isinstance(rows, list):
            return []  # the next worker that binds its queue writes the file anew
        return [filesystem.exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: rows if binding in rows else [binding, *rows])

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any
    ) -> None:
        self._purge(queue)
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: [row for row in rows if row != binding])

    def _change_table(self, exchange: str, change: Callable[[list[Any]], list[Any]]) -> None:
        """Write ``change(rows)`` for the exchange's bindings, one process at a time."""
        file = self._exchange_file(exchange)
        with (file.parent / "bindings.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.get_table(exchange)
            after = change(before)
            if after != before or not file.exists():
                _write_whole(file, after)


class Transport(filesystem.Transport):
    """The transport behind ``opsfile://``."""

    Channel = Channel


def _write_whole(path: Path, content: Any) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(str_to_bytes(dumps(content)))
        part.replace(path)
    except OSError as error:
        raise ChannelError(f"The file broker cannot write {path}: {error}") from error


def _parsed(content: bytes) -> Any:
    """What the file says, or None where it says nothing that can be read."""
    try:
        return loads(bytes_to_str(content))
    except ValueError:
        return None


# Importing this module makes ``opsfile://`` known to kombu.
TRANSPORT_ALIASES["opsfile"] = "opsdesk.broker:Transport"
