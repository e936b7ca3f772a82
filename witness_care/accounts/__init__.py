"""Who may sign in, what each role may do, and which units' cases they see."""
