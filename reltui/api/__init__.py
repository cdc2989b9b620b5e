"""The REST API. The only user of httpx."""
