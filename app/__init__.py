"""The shop itself, in rooms: each folder below has one reason to exist.

`catalogue`, `inventory`, `cart`, `orders`, `payments`, `effects`, `publishing` and
`staff` are the domain: a `model` of plain dataclasses and rules, a `service` that
says what can be done, a `store` protocol that says what must be atomic. `checkout`
is the one process that crosses them. `adapters` meets the outside world, `web` is
the only room that knows HTTP, `cli` the only one that knows the terminal.
`embedded`, `sandbox` and `demo` exist so that one command shows all of it.
"""
