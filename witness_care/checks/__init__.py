"""Looks for damage: each invariant of the service that stored rows can show to be broken. It repairs nothing."""
