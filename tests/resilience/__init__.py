"""The whole shop while parts of it are killed, stopped or misbehave."""
