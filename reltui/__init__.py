"""reltui: classic Release Management in a terminal."""

__version__ = "0.1.0"
