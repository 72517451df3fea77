"""The SMS door: parses what a provider delivers, renders what is answered. Knows no rules."""
