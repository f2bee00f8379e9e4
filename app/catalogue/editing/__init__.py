"""Editing one product: what was typed, what of it can be taken, and what somebody else did meanwhile."""
