"""The whole shop in a real browser and from outside, on one running stack."""
