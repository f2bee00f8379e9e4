"""What brings data from one version to the next: one module a step, numbered, forward only."""
