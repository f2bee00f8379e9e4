"""Pictures: what was uploaded, and the sizes and formats that pages show of it."""
