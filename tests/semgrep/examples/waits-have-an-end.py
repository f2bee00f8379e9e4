import http.client
import smtplib
import socket

import requests


def ask() -> None:
    # ruleid: waits-have-an-end
    http.client.HTTPConnection("127.0.0.1", 80)
    # ruleid: waits-have-an-end
    socket.create_connection(("127.0.0.1", 80))
    # ruleid: waits-have-an-end
    smtplib.SMTP("127.0.0.1", 25)
    # ruleid: waits-have-an-end
    requests.get("http://127.0.0.1")
    # ok: waits-have-an-end
    http.client.HTTPConnection("127.0.0.1", 80, timeout=3)
    # ok: waits-have-an-end
    socket.create_connection(("127.0.0.1", 80), 3)
    # ok: waits-have-an-end
    requests.get("http://127.0.0.1", timeout=3)
