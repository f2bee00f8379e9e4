"""The twenty-two hard cases of payment, each played against the database and the payment stand-in."""
