"""Measures what the service costs, beside a floor of bare SQL and the obvious way to build the same."""
