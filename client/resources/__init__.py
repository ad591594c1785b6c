"""What a client can ask of the service, a module for each kind of thing."""
