"""What each person needs to take part: asking, writing it down, arranging it, and who was not asked in time."""
