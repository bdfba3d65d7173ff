"""What is remembered: Markdown files that the person owns, and the search over them."""
