"""What the pane beside a wide chat shows: one small class for each of its tabs."""
