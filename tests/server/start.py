"""Start the real server, on a notebook root of the test, and tell its routes."""

import json
import sys
from pathlib import Path

from iwflab.lab import Lab
from iwflab_widgets.server.app import prepare


def routes_of(app):
    """Walk the router of the application that is about to serve."""
    found = []
    for hosts in app.default_router.rules:
        for rule in getattr(hosts.target, "rules", []):
            pattern = getattr(rule.matcher, "regex", None)
            found.append(
                {
                    "hosts": getattr(hosts.matcher, "host_pattern", None)
                    and hosts.matcher.host_pattern.pattern,
                    "path": pattern.pattern if pattern else None,
                    "handler": getattr(rule.target, "__name__", str(rule.target)),
                }
            )
    return found


def main():
    folder, port, root, told = sys.argv[1:]
    lab = Lab.open(folder)
    server = prepare(lab, port=int(port), root=Path(root))
    build = server.build

    def build_and_tell():
        app = build()
        Path(told).write_text(json.dumps(routes_of(app)), "utf-8")
        return app

    server.build = build_and_tell
    server.start()
    lab.close()


main()
