"""The programs of docker-compose.yml on the servers that Debian packages."""
