"""What still stands between a shop and real customers: the points of docs/going-live.md, checked."""
