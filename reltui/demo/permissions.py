"""The permissions that calls need, as VS402904 names them (api.md 6.3, 7.3).

Of these names sources show the beginning only ("edit release ..."); which call needs which is U.
"""

from __future__ import annotations

EDIT_DEFINITIONS = "edit release pipeline"
DELETE_DEFINITIONS = "delete release pipeline"
DELETE_RELEASES = "delete releases"
