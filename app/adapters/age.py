"""Encryption of backups in the age format, so that the tools of that name open them too.

The format is age-encryption.org/v1 with one scrypt recipient: a file key is wrapped
under the passphrase, a MAC binds the header, and the payload is ChaCha20-Poly1305 in
chunks of 64 KiB (the STREAM construction), the last of which is marked. Changed,
swapped, missing and added chunks are refused, and nothing of them is given out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.backup.model import BackupDamaged, PassphraseWrong
from app.backup.store import ByteSink, ByteSource

VERSION = b"age-encryption.org/v1\n"
CHUNK = 64 * 1024
TAG = 16
WORK_FACTOR = 17
"""2^17 rounds of scrypt: a third of a second and 128 MiB for each guess."""
MOST_WORK = 20
"""A header may not ask for more than a gigabyte of memory."""
_NONCE = bytes(12)
_LAST = 1


class AgeCipher:
    """Encrypts and decrypts streams under a passphrase."""

    def encrypting(self, sink: ByteSink, passphrase: str) -> AgeSink:
        """Return a sink that writes into `sink` what it is given, encrypted."""
        return AgeSink(sink, passphrase)

    def is_encrypted(self, beginning: bytes) -> bool:
        """Say by its first bytes whether a file is encrypted."""
        return beginning.startswith(VERSION)

    def decrypting(self, source: ByteSource, passphrase: str) -> AgeSource:
        """Return a source of what was encrypted."""
        return AgeSource(source, passphrase)


class AgeSink:
    """Encrypts what it is given; the last chunk is written by `close`."""

    def __init__(self, sink: ByteSink, passphrase: str) -> None:
        self._sink, self._held, self._number = sink, bytearray(), 0
        file_key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
        wrapped = ChaCha20Poly1305(_wrapping_key(passphrase, salt, WORK_FACTOR)).encrypt(
            _NONCE, file_key, None
        )
        stanza = f"-> scrypt {_text(salt)} {WORK_FACTOR}\n{_text(wrapped)}\n---"
        header = VERSION + stanza.encode()
        sink.write(header + b" " + _text(_mac(file_key, header)).encode() + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))

    def write(self, data: bytes) -> int:
        """Take a piece; whole chunks that are not the last go out."""
        self._held += data
        while len(self._held) > CHUNK:
            self._put(bytes(self._held[:CHUNK]), is_last=False)
            del self._held[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk; the sink below stays open."""
        self._put(bytes(self._held), is_last=True)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_chunk_nonce(self._number, is_last=is_last), chunk, None))
        self._number += 1


class AgeSource:
    """Decrypts what it reads, chunk by chunk.

    Raises:
        PassphraseWrong: the passphrase does not open the header.
        BackupDamaged: the file is not as it was written.
    """

    def __init__(self, source: ByteSource, passphrase: str) -> None:
        self._source, self._number, self._ready, self._is_done = source, 0, b"", False
        file_key = _file_key(source, passphrase)
        self._cipher = ChaCha20Poly1305(_derived(file_key, _exactly(source, 16), b"payload"))
        self._next = _upto(source, CHUNK + TAG)

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes of what was encrypted, and none at the end."""
        while not self._is_done and (size < 0 or len(self._ready) < size):
            self._ready += self._chunk()
        cut = len(self._ready) if size < 0 else size
        piece, self._ready = self._ready[:cut], self._ready[cut:]
        return piece

    def _chunk(self) -> bytes:
        sealed, self._next = self._next, _upto(self._source, CHUNK + TAG)
        self._is_done = not self._next
        try:
            nonce = _chunk_nonce(self._number, is_last=self._is_done)
            chunk = self._cipher.decrypt(nonce, sealed, None)
        except InvalidTag as error:
            raise BackupDamaged("it was changed or cut off after it was encrypted") from error
        self._number += 1
        return chunk


def _file_key(source: ByteSource, passphrase: str) -> bytes:
    """Return the key that the header holds for whoever knows the passphrase."""
    lines = [_line(source) for _ in range(4)]
    version, stanza, body, mac = lines
    words = stanza.decode("ascii", "replace").split(" ")
    if version + b"\n" != VERSION or len(words) != 4 or words[:2] != ["->", "scrypt"]:
        raise BackupDamaged("it is encrypted in another way than by a passphrase")
    work = int(words[3]) if words[3].isdecimal() else 0
    if not 1 <= work <= MOST_WORK:
        raise BackupDamaged(
            f"its header asks for a work factor of {words[3]}, at most {MOST_WORK} is allowed"
        )
    try:
        key = _wrapping_key(passphrase, _bytes(words[2]), work)
        file_key = ChaCha20Poly1305(key).decrypt(_NONCE, _bytes(body.decode("ascii")), None)
    except (InvalidTag, ValueError) as error:
        raise PassphraseWrong from error
    header = b"\n".join([version, stanza, body, b"---"])
    if not hmac.compare_digest(mac, b"--- " + _text(_mac(file_key, header)).encode()):
        raise BackupDamaged("the header of its encryption was changed")
    return file_key


def _wrapping_key(passphrase: str, salt: bytes, work: int) -> bytes:
    labelled = b"age-encryption.org/v1/scrypt" + salt
    memory = 128 * 8 * 2**work + 1024 * 1024
    return hashlib.scrypt(passphrase.encode(), salt=labelled, n=2**work, r=8, p=1, maxmem=memory, dklen=32)


def _derived(file_key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(file_key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _chunk_nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([_LAST if is_last else 0])


def _line(source: ByteSource) -> bytes:
    """Read a line of the header; the source must not give out more than it is asked for."""
    line = b""
    while not line.endswith(b"\n"):
        byte = source.read(1)
        if not byte or len(line) > 200:
            raise BackupDamaged("the header of its encryption ends too early")
        line += byte
    return line[:-1]


def _exactly(source: ByteSource, size: int) -> bytes:
    found = _upto(source, size)
    if len(found) != size:
        raise BackupDamaged("it ends within the header of its encryption")
    return found


def _upto(source: ByteSource, size: int) -> bytes:
    found = b""
    while len(found) < size and (piece := source.read(size - len(found))):
        found += piece
    return found


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
