"""What stands between untrusted text and power."""
