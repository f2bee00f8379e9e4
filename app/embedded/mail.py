"""A mail server that delivers to a folder: one `.eml` file a message, for eyes and tests.

Run as `python -m app.embedded.mail --folder DIR --port N [--host H]`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import re
import signal
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_UNSAFE = re.compile(r"[^A-Za-z0-9_.@-]+")


def file_name(message: bytes) -> str:
    """Return the name that a message is kept under: made from its Message-ID, so that a repeat replaces.

    The readable part is for people; the digest keeps apart what it cannot tell apart.
    A message without Message-ID is named by its content.
    """
    # Python's newer parser repairs what it does not like; the ID counts as it was sent.
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(message)
    identifier = str(headers.get("Message-ID", "")).strip().strip("<>")
    digest = hashlib.sha256(identifier.encode("utf-8", "replace") or message).hexdigest()[:12]
    readable = _UNSAFE.sub("-", identifier).strip("-.")[:80] or "message"
    return f"{readable}-{digest}.eml"


class Folder:
    """Takes what `aiosmtpd` receives and keeps it byte for byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, message: bytes) -> Path:
        """Write a message under its name; it appears whole or not at all."""
        path = self.folder / file_name(message)
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(message)
        return temporary.replace(path)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer the end of a message, after it is on disk."""
        try:
            self.keep(envelope.original_content or b"")
        except OSError as error:
            return f"452 The message cannot be stored: {error.strerror}"
        return "250 OK"


async def serve(folder: Path, port: int, host: str = "127.0.0.1") -> None:
    """Receive mail until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = Folder(folder)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", ident="Vitrine", enable_SMTPUTF8=True, loop=loop),
        host,
        port,
    )
    await stopped.wait()
    server.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m app.embedded.mail", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the messages go")
    parser.add_argument("--port", type=int, required=True, help="the port")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    options = parser.parse_args()
    asyncio.run(serve(options.folder, options.port, options.host))


if __name__ == "__main__":
    main()
