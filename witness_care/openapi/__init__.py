"""The description of the API as a page to read, made from the description that programs read."""
