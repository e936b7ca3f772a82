"""What supervisors watch: overdue contacts, unallocated cases, reassignment."""
