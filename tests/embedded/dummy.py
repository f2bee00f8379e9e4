"""A shop without a shop: `up` runs the real stack around processes that do nothing but live.

Run as a script: `dummy.py up DATA PORT`, and by the stack itself as `web`, `sandbox`, `idle`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn


def up(data: str, port: str) -> None:
    """Run the stack; DUMMY_* in the environment say what shall go wrong."""
    from app.embedded.reporter import ConsoleReporter
    from app.embedded.stack import StackOptions, run_stack
    from app.errors import VitrineError

    me = [sys.executable, __file__]

    def prepare(environment: Mapping[str, str]) -> None:
        Path(data, "environment.json").write_text(json.dumps(dict(environment)), "utf-8")
        time.sleep(float(os.environ.get("DUMMY_PREPARE_SECONDS", "0")))

    def announce(stack: Mapping[str, object]) -> None:
        sys.stdout.write(f"ready {stack['shop']}\n")
        sys.stdout.flush()

    idle = {
        name: [*me, "idle", name] for name in ("worker", "worker_mail", "worker_media", "watcher", "cron")
    }
    options = StackOptions(
        Path(data),
        host="127.0.0.1",
        port=int(port),
        web=lambda app_port: [*me, "web", str(app_port)],
        commands=idle,
        sandbox=lambda sandbox_port: [*me, "sandbox", str(sandbox_port)],
        prepare=prepare,
        is_caught_up=lambda: "DUMMY_BEHIND" not in os.environ,
        announce=announce,
        reporter=ConsoleReporter(),
    )
    try:
        code = run_stack(options)
    except VitrineError as error:
        sys.stderr.write(f"{error}\n")
        code = 1
    raise SystemExit(code)


def with_a_child_of_its_own() -> None:
    """Start a grandchild of the stack that has left its parent's process group."""
    subprocess.Popen(["/bin/sleep", "600"], process_group=0)


def note_the_end(name: str) -> None:
    """Write into the data folder who was asked to stop, in that order."""

    def end(*_: object) -> NoReturn:
        with Path(os.environ["VITRINE_DATA"], "ended.txt").open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
        os._exit(0)

    signal.signal(signal.SIGTERM, end)


def idle(name: str) -> None:
    """Live."""
    note_the_end(name)
    with_a_child_of_its_own()
    if os.environ.get("DUMMY_BROKEN") == name:
        raise SystemExit(f"{name} has lost its way")
    while True:
        signal.pause()


def web(port: str) -> None:
    """Answer every path with 200 and the path."""
    note_the_end("web")
    with_a_child_of_its_own()
    serve(port)


def sandbox(port: str) -> None:
    """Write the keys, as the payment stand-in does at its first start, and answer."""
    note_the_end("sandbox")
    keys = Path(os.environ["VITRINE_DATA"], "sandbox", "keys.json")
    if not keys.exists():
        keys.write_text(json.dumps({"secret_key": "sk_test_dummy", "webhook_secret": "whsec_dummy"}), "utf-8")
    serve(port)


def serve(port: str) -> None:
    """Answer every request with its method and path, and headers as an app would set them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = f"{self.command} {self.path} for {self.headers.get('X-Forwarded-For')}"
            body = b"" if self.command == "HEAD" else seen.encode()
            self.send_response(410 if "/gone/" in self.path else 200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            """Keep the log empty."""

    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    {"up": up, "web": web, "sandbox": sandbox, "idle": idle}[sys.argv[1]](*sys.argv[2:])
