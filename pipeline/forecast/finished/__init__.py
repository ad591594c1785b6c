"""What is done with a forecast once it stands: asked again, explained, summed up, watched."""
