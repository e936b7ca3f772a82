"""Written messages to people: their templates, the outbox, and the ways by which they leave."""
