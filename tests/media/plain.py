"""Plain Pillow over the same files, in a process of its own: what would decode?

``python plain.py FOLDER`` prints the names of files whose first frame loads, strictly
or with LOAD_TRUNCATED_IMAGES, as JSON.
"""

import io
import json
import resource
import sys
import warnings
from pathlib import Path


def loads(data, formats):
    from PIL import Image, ImageFile

    for tolerant in (False, True):
        ImageFile.LOAD_TRUNCATED_IMAGES = tolerant
        try:
            Image.open(io.BytesIO(data), formats=formats).load()
        except Exception:
            continue
        return True
    return False


def main():
    import pillow_heif
    from PIL import Image

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    pillow_heif.register_heif_opener()
    Image.init()
    formats = ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF", "AVIF", "JPEG2000"]
    files = sorted(Path(sys.argv[1]).iterdir())
    print(json.dumps([f.name for f in files if loads(f.read_bytes(), formats)]))


if __name__ == "__main__":
    main()
