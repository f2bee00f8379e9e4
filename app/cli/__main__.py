"""`python -m app.cli` is `vitrine`: how the supervisor starts the shop's own processes."""

from __future__ import annotations

from app.cli import main

if __name__ == "__main__":
    main()
