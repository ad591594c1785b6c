"""What a business says of itself: its place, how it is trained by default, what it may use."""
