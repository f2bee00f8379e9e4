"""Search: what people type, what is found, and how a listing is narrowed down."""
