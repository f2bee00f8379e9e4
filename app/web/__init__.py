"""The only room that knows HTTP: views parse, call and render; rules live elsewhere."""
