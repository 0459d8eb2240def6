"""``python -P -m iwflab_widgets.server``: what ``iwflab serve`` turns itself into."""

import sys

from iwflab_widgets.server.app import launch

if __name__ == "__main__":
    sys.exit(launch())
