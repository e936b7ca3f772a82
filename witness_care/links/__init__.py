"""One-time links: a person says whether they will come, and on which dates they cannot, without signing in."""
