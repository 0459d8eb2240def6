"""The research server without the hook that strips notebooks: it must leak."""

import sys

from iwflab_widgets.server import extension, research

extension.keep_clean = lambda _contents: None
sys.exit(research.launch(sys.argv[1:]))
