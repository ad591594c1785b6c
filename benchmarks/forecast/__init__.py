"""The forecast engine beside its peers: the same series, splits and information for everybody."""
