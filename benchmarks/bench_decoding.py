"""What the sandbox costs: the same examination behind the walls and in this process."""

from measuring import interleaved, p50, row
from pictures import photograph

from iwflab.domain.media import DecoderState
from iwflab.media.pool import DecodePool
from iwflab.media.reading import seal
from iwflab.media.worker import load, run
from iwflab.workflow import EXAMINE

REPEATS = 40
TWO_MEGAPIXELS = 1  # its place among the widths of the pictures


def rows():
    sealed = seal([photograph(TWO_MEGAPIXELS)])
    task = load(EXAMINE)
    with DecodePool(EXAMINE, workers=1) as pool:
        for examined in (pool.examine(sealed), run(task, sealed.view(), ())):
            if examined.state is not DecoderState.COMPLETE:
                raise ValueError(examined.reason)
        walled, bare = interleaved(
            REPEATS,
            lambda: pool.examine(sealed),
            lambda: run(task, sealed.view(), ()),
        )
    told = {"other_name": "the same task in this process", "unit": "ms"}
    name = "examination of a 2 MP JPEG in the sandbox, median"
    return [row(name, p50(walled), p50(bare), **told, goal="ratio <= 1.25")]
