"""What is deployed is checked against the code, as no container engine is at hand."""
