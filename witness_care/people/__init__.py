"""People, their part in a case, and how it is safe to reach them."""
