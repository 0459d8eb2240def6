"""The Voila server of the lab: login, media, decisions, jobs, and nothing else.

Start it with ``python -P -m iwflab_widgets.server --lab FOLDER``; the handlers also
serve a jupyter_server through ``extension``.  Identity lives here: the browser writes
to these routes, and the person is who the login cookie says, never who a page says.
"""

import sys
from typing import Any

# Jupyter's event log brings jsonschema, which would build a grammar of international
# web addresses, of no use here, at each start: 0.8 s.  It does without where it must.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where jupyter_server finds the handlers (it asks the package, by this name)."""
    return [{"module": "iwflab_widgets.server.extension"}]
