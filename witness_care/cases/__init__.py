"""The case: defendants, offences, hearings, results, and the names others know them by."""
