"""What a shopper intends to buy: line items, and what stands in their way."""
