"""What the shop knows of the generator: it asks for rebuilds and reads what went live."""
