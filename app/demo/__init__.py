"""A shop to look at: 48 prints drawn by code, five collections and the pages around them."""
