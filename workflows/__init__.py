"""What the law and the procedure say, as pure functions: no database, no network, no clock."""
