"""The consent store: the only place that knows SQL, keys and seals."""
