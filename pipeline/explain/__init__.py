"""Why a model answers as it does, how good it is, and a card that says both."""
