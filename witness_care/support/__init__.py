"""What support was offered to people, what they answered, and which services there are."""
