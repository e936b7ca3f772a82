"""What the unit asks of police, CPS and others, and what they ask of the unit: who owes the answer, and since when."""
