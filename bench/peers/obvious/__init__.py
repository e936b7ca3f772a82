"""The obvious build: the ORM with relationships, a state machine in every participant, a query for each of them."""
