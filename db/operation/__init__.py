"""What runs the service itself: who did what, what repeats, what others are told, what counts."""
