"""Hash JPEGs as peers do; CPU seconds and the values of each way.

On stdin: {"files": [...], "ways": [...], "repeats": n}.
"""

import hashlib
import json
import sys
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")


def notebook(file):
    """The usual notebook: each library reads the file again for itself."""
    import imagehash
    import numpy as np
    import pdqhash
    from PIL import Image

    values = [
        hashlib.new(name, Path(file).read_bytes()).hexdigest()
        for name in ("md5", "sha1", "sha256")
    ]
    makers = (imagehash.average_hash, imagehash.dhash, imagehash.phash)
    values += [str(make(Image.open(file))) for make in makers]
    bits, quality = pdqhash.compute(np.asarray(Image.open(file).convert("RGB")))
    return [*values, hexed(bits), int(quality)]


def threatexchange(file):
    from threatexchange.signal_type.pdq.signal import PdqSignal

    return [PdqSignal.hash_from_file(Path(file))]


def dihedral(file):
    """All eight orientations of the binding, in its own order."""
    import numpy as np
    import pdqhash
    from PIL import Image

    found, quality = pdqhash.compute_dihedral(
        np.asarray(Image.open(file).convert("RGB"))
    )
    return [*map(hexed, found), int(quality)]


def imagehashes(file):
    import imagehash
    from PIL import Image

    makers = (imagehash.average_hash, imagehash.dhash, imagehash.phash)
    return [str(make(Image.open(file).convert("RGB"))) for make in makers]


def hexed(bits):
    return f"{int(''.join(str(int(bit)) for bit in bits), 2):064x}"


def main():
    told = json.load(sys.stdin)
    answer = {}
    for way in told["ways"]:
        call, best, values = globals()[way], None, []
        for _ in range(told["repeats"]):
            start = time.process_time()
            values = [call(file) for file in told["files"]]
            spent = time.process_time() - start
            best = spent if best is None else min(best, spent)
        answer[way] = {"seconds": best, "values": values}
    print(json.dumps(answer))


main()
