"""The async data service. Knows no screen."""
