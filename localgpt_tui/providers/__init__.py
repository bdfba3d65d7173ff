"""One dialect each over a vendor's own SDK, and what decides between them."""
