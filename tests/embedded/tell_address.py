"""An app that tells whom it takes for its client, behind the same gate as the shop's: granian runs it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.addresses import networks
from app.web.proxies import BehindProxies, Proxies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def tell(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the client's address and the names of whatever else was claimed."""
    claims = sorted(name for name in environ if "FORWARDED" in name)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join([str(environ["REMOTE_ADDR"]), *claims]).encode()]


app = BehindProxies(tell, Proxies(*networks(os.environ["BELIEVED"])))
