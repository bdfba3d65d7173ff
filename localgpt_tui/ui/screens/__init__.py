"""What fills the window: one screen a file."""
