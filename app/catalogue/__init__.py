"""What is sold and where: products, collections, markets, content pages, redirects."""
