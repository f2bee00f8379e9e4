"""What the shop looks like and says."""
