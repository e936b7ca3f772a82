"""The log of who saw, changed or passed on whose data."""
