"""Duties, contacts, and the queues an officer works from."""
