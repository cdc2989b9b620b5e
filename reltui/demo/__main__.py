"""The child process of `reltui.demo.server.start_child`."""

from __future__ import annotations

import sys

from reltui.demo.server import serve_for_parent

if __name__ == "__main__":
    serve_for_parent(sys.argv[1])
