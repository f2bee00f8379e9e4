"""A shop to look at: six prints, two collections and the pages around them, for `vitrine up --demo`."""
