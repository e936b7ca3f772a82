"""Messages to people: approved words, the queue they wait in, and the ways they leave."""
