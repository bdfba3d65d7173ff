"""What the model may do: typed functions, each one a tool."""
