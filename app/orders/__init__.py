"""What was agreed: frozen lines, attempts to pay, payments, and the states of both."""
