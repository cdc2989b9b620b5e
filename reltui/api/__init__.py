"""The REST API. The only user of httpx."""

import sys
from typing import Any, cast

# Where click happens to be installed, httpx loads the parts of a command line of its own: Rich, Pygments and
# a tenth of our memory. None in the place of a module makes its import fail, which httpx expects.
cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)
