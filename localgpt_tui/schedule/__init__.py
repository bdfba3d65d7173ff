"""What the assistant does by itself: when it is due, which tasks, what a beat does, and what became of it."""
