"""How the API is served: gevent, sockets, who may connect, slow peers."""
