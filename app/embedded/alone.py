"""The embedded database on its own: for what is done to a data folder on which no shop runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.embedded import files, ports, servers
from app.embedded.reporter import SilentReporter
from app.embedded.servers import Folders
from app.embedded.supervisor import Supervisor, clean_up_after


@contextmanager
def database_alone(data: Path) -> Iterator[str]:
    """Run the database of a data folder for the time of a block; yield its URI.

    Raises:
        AlreadyRunning: `vitrine up` runs on the folder.
        NoPortFree, ServerMissing, ChildFailed: the database cannot be started.
    """
    folders = Folders(data.absolute())
    folders.create()
    with files.sole_user(folders.data, folders.run / "up.lock"):
        record = folders.run / "children.json"
        clean_up_after(record, f"VITRINE_DATA={folders.data}")
        (folders.data / "stack.json").unlink(missing_ok=True)
        port = ports.assign(folders.run / "ports.json", ("mongo",), never=0)["mongo"]
        with Supervisor(record, SilentReporter(), lambda: None) as supervisor:
            supervisor.start([servers.mongo(folders, port)])
            supervisor.wait_until_ready()
            try:
                with supervisor.signals.interrupting():
                    yield f"mongodb://127.0.0.1:{port}/vitrine?replicaSet=secantus"
            finally:
                supervisor.stop([{"mongo"}])
