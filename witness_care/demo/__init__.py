"""A made-up world to try the service with: every person, place and number in it is invented."""
