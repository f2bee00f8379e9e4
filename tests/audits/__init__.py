"""Audits by the field's own programs, which need Node or Java: `make test-web` runs them."""
