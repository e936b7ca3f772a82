"""Who may be drifting away from a case, what is done about it, and who withdrew."""
