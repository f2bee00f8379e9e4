"""What runs the shop in production is held against the code: compose, images, units."""
