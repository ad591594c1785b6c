"""Prophet's model (Taylor and Letham 2018), laid out and fitted here, without the package."""
