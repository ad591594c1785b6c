"""Tables, sessions, migrations, and the only code that changes a status."""
