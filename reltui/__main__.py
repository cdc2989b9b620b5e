"""`python -m reltui` is the same as `reltui`."""

from reltui.cli import run

if __name__ == "__main__":
    run()
