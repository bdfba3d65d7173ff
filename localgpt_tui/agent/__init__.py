"""The story: reply, run tools, reply again."""
