"""What templates are handed: frozen dataclasses, made by the code that also records what was read."""
