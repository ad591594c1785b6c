"""What all resources stand on."""

from client.connection import Connection


class Resource:
    """Requests about one kind of thing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
