"""Moving a unit over from another system: files of people and of what they were told, and how far it has come."""
