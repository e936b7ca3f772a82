"""One translator for each real format: a parsed message in, canonical parts out."""
