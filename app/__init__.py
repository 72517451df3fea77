"""The one place where doors, store and words meet: settings, composition, commands, server."""
