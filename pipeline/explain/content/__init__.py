"""What a model card says, section by section."""
