"""The servers that `vitrine up` starts when you bring none, and their supervisor.

`stack` says what runs and in which order, `servers` how each is started,
`supervisor` keeps them running. Nothing here is needed in production.
"""
