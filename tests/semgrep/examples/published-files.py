import os
from pathlib import Path


def publish(page: Path, text: str) -> None:
    # ruleid: published-files
    page.write_text(text, "utf-8")
    # ruleid: published-files
    with open(page, "w", encoding="utf-8") as file:
        file.write(text)
    # ruleid: published-files
    with page.open("ab") as file:
        file.write(text.encode())
    # ruleid: published-files
    os.replace(page, page.with_suffix(".html"))


def read(page: Path) -> str:
    # ok: published-files
    with page.open("r", encoding="utf-8") as file:
        return file.read()
