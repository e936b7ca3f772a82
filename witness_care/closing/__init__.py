"""The last talk with each person: how it was for them, what they may still ask for, and what a unit hears from it."""
