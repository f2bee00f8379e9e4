"""MongoDB behind the store protocols: one store a file, transactions, schema, change feed."""
