"""Written help, the tables that decide, and the accessibility statement."""
