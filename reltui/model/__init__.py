"""What the server means: frozen dataclasses without I/O."""
