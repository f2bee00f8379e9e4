"""What the shop promises, as sentences that are proved."""
