"""What the shop asks of Stripe, and what Stripe reports."""
