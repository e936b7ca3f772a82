"""What each generated part of the documentation is read from."""
