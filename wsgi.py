"""The application that web servers and the `flask` command start."""

from witness_care import create_app

app = create_app()
