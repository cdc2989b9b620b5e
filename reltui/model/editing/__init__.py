"""Editing a release definition: pure functions on the server's own JSON, which stays whole (api.md 8 #14)."""
