"""Front ends without a screen: one question, a conversation line by line."""
