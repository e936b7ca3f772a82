"""The rules for people to read: which packs are in force, what each row says and how far it was checked."""
