"""How many there are: stock pools, their movements, and the units held for a checkout."""
