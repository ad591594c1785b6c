"""The whole service, as `make up` starts it, in a directory of its own."""
