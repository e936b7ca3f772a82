"""The clock: a few interval jobs in one worker, and their heartbeats."""
