"""The payment stand-in: a local server that speaks enough of Stripe's API to take a test order end to end."""
