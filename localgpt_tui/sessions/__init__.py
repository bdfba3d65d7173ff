"""Sessions: conversations that are on the disk before anybody answers them."""
