"""Pictures drawn for tests: patterns only, one function a kind, no file anywhere."""

import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image


def pattern(width: int = 160, height: int = 120, shift: int = 0) -> Image.Image:
    """Rings over a slope, in RGB; ``shift`` gives another picture."""
    x = Image.linear_gradient("L").resize((width, height))
    y = x.transpose(Image.Transpose.ROTATE_180)
    rings = Image.radial_gradient("L").resize((width, height))
    rings = rings.point([(value * 7 + shift * 31) % 256 for value in range(256)])
    return Image.merge("RGB", (rings, x, y))


def encoded(picture: Image.Image, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def jpeg(shift: int = 0, **options) -> bytes:
    return encoded(pattern(shift=shift), "JPEG", quality=85, **options)


def png(shift: int = 0, **options) -> bytes:
    return encoded(pattern(shift=shift), "PNG", **options)


def gif() -> bytes:
    return encoded(pattern(), "GIF")


def webp() -> bytes:
    return encoded(pattern(), "WEBP")


def bmp() -> bytes:
    return encoded(pattern(), "BMP")


def tiff() -> bytes:
    return encoded(pattern(), "TIFF", compression="tiff_lzw")


def heif() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(pattern(), "HEIF")


def avif() -> bytes:
    return encoded(pattern(), "AVIF")


def jpeg2000() -> bytes:
    return encoded(pattern(), "JPEG2000")


def nine_formats() -> dict[str, bytes]:
    draw = (jpeg, png, gif, webp, bmp, tiff, heif, avif, jpeg2000)
    return {function.__name__.upper(): function() for function in draw}


def animated(form: str, frames: int = 5) -> bytes:
    rest = [pattern(shift=i + 1) for i in range(frames - 1)]
    return encoded(pattern(), form, save_all=True, append_images=rest, duration=80)


def with_exif(form: str = "JPEG", orientation: int = 6, **texts: str) -> bytes:
    """A picture that names its camera, serial, date and place."""
    exif = Image.Exif()
    exif[0x010F] = texts.get("make", "Drawn & Co")
    exif[0x0110] = texts.get("model", "Pattern One")
    exif[0x0112] = orientation
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = "2021:03:04 05:06:07"
    inner[0xA431] = texts.get("serial", "SN-0042")
    inner[0xA420] = "f" * 32
    inner[0xA434] = "35mm F2"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "S", (33.0, 51.0, 36.0)
    gps[3], gps[4] = "E", (151.0, 12.0, 0.0)
    return encoded(pattern(), form, exif=exif)


def transparent() -> bytes:
    picture = pattern().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return encoded(picture, "PNG")


def grey16() -> bytes:
    return encoded(Image.linear_gradient("L").resize((64, 64)).convert("I;16"), "PNG")


def chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def png_header(width: int, height: int, *chunks: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks)


def bombs() -> dict[str, bytes]:
    """Small files that ask for much."""
    text = zlib.compress(bytes(64 << 20), 9)
    rows = zlib.compress(bytes((12_000 // 8 + 1) * 12_000), 9)
    one_bit = struct.pack(">IIBBBBB", 12_000, 12_000, 1, 0, 0, 0, 0)
    ifd = b"II*\0\x08\0\0\0" + struct.pack("<H", 1)
    ifd += struct.pack("<HHII", 256, 4, 1, 5) + struct.pack("<I", 8)
    return {
        "png huge header": png_header(100_000, 100_000),
        "png huge area": png_header(40_000, 40_000, chunk(b"IDAT", b"x")),
        "png 144 megapixels": b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", one_bit)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b""),
        "png ztxt": png_header(8, 8, chunk(b"zTXt", b"Comment\0\0" + text)),
        "png iccp": png_header(8, 8, chunk(b"iCCP", b"p\0\0" + text)),
        "gif huge canvas": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0",
        "gif frames": gif()[:-1] + b"".join([_gif_block()] * 20_000) + b";",
        "tiff loop": ifd,
        "bmp huge": b"BM"
        + bytes(8)
        + struct.pack("<IIiiHH", 54, 40, 90_000, 90_000, 1, 24)
        + bytes(90),
    }


def _gif_block() -> bytes:
    head = b"," + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0"
    return head + b"\x02\x02\x44\x01\0"


def polyglots() -> dict[str, bytes]:
    """Pictures with something else behind them, and other things with our names."""
    page = b"<html><script>document.title='shown'</script></html>"
    archive = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)
    return {
        "jpeg+zip": jpeg() + archive,
        "jpeg+html": jpeg() + page,
        "png+html": png() + page,
        "gif+zip": gif() + archive,
        "webp+zip": webp() + archive,
        "jpeg in png clothes": b"\x89PNG\r\n\x1a\n" + jpeg(),
        "html": page,
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "nothing": b"",
        "one byte": b"\xff",
    }


def mutants(count: int, seed: int = 20_240_601) -> Iterator[tuple[str, bytes]]:
    """Bit flips, overwritten words, cuts, splices and deletions of good pictures."""
    # Not the platform's randomness: the same bytes everywhere, forever.
    chance = random.Random(seed)
    seeds = [*nine_formats().items()]
    seeds += [(f"{form} animated", animated(form)) for form in ("GIF", "WEBP", "PNG")]
    seeds += [("JPEG progressive", jpeg(progressive=True)), ("JPEG exif", with_exif())]
    seeds += [*odd_kinds().items()]
    ways = (_flip, _overwrite, _cut, _splice, _delete, _smash)
    for number in range(count):
        name, good = seeds[number % len(seeds)]
        way = ways[chance.randrange(len(ways))]
        yield f"{number:03d} {name} {way.__name__[1:]}", way(bytearray(good), chance)


def mutants_of(seeds: list[tuple[str, bytes]], count: int, seed: int):
    """The same over pictures from elsewhere, such as Pillow's own test images."""
    chance = random.Random(seed)
    ways = (_flip, _overwrite, _cut, _splice, _delete, _smash)
    for number in range(count):
        name, good = seeds[chance.randrange(len(seeds))]
        way = ways[chance.randrange(len(ways))]
        yield f"{number:06d} {name} {way.__name__[1:]}", way(bytearray(good), chance)


def odd_kinds() -> dict[str, bytes]:
    """Depths, modes and packings besides the usual one of each format."""
    picture = pattern()
    grey = picture.convert("L")
    kinds = {
        "PNG 1 bit": encoded(picture.convert("1"), "PNG"),
        "PNG 16 bit": grey16(),
        "PNG palette": encoded(picture.convert("P"), "PNG", transparency=1),
        "PNG alpha": transparent(),
        "JPEG grey": encoded(grey, "JPEG"),
        "JPEG CMYK": encoded(picture.convert("CMYK"), "JPEG"),
        "WEBP lossless": encoded(picture, "WEBP", lossless=True),
        "BMP 8 bit": encoded(grey, "BMP"),
    }
    for packing in ("tiff_adobe_deflate", "jpeg", "packbits", "raw"):
        kinds[f"TIFF {packing}"] = encoded(picture, "TIFF", compression=packing)
    return kinds


def large_bombs() -> dict[str, bytes]:
    """Bombs of the security reference's table (3.3) that take time to make."""
    flat = Image.new("RGB", (12_000, 10_000), (40, 90, 160))
    huge = zlib.compress(bytes(512 << 20), 9)
    frame = b"," + struct.pack("<HHHH", 0, 0, 10_000, 10_000) + b"\0\x02\x02\x44\x01\0"
    canvas = b"GIF89a" + struct.pack("<HH", 10_000, 10_000) + b"\x80\0\0" + bytes(6)
    text = b"".join(
        chunk(b"tEXt", b"Comment\0" + b"%06d" % n + b"x" * 980) for n in range(60_000)
    )
    row = zlib.compress(bytes((100_000 // 8 + 1) * 1000), 9)
    one_bit = struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0)
    small = png()
    return {
        "png 100k 1 bit": b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", one_bit)
        + chunk(b"IDAT", row)
        + chunk(b"IEND", b""),
        "png 2 to the 31": png_header(0x7FFFFFFF, 0x7FFFFFFF),
        "png 119 megapixels": encoded(flat.resize((10_900, 10_900)), "PNG"),
        "jpeg 120 megapixels": encoded(flat, "JPEG", progressive=True, quality=40),
        "webp 114 megapixels": encoded(flat.resize((10_700, 10_700)), "WEBP", method=0),
        "gif a million frames": gif()[:-1] + _gif_block() * 1_000_000 + b";",
        "gif canvas x frames": canvas + frame * 10_000 + b";",
        "png ztxt 512 MB": png_header(8, 8, chunk(b"zTXt", b"Comment\0\0" + huge)),
        "png iccp 512 MB": png_header(8, 8, chunk(b"iCCP", b"p\0\0" + huge)),
        "png 60,000 texts": small[:33] + text + small[33:],
        "eps as jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
        + b"newpath\n" * 5000,
    }


def _flip(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _overwrite(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(max(len(data) - 4, 1))
    word = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
    data[at : at + 4] = word
    return bytes(data)


def _cut(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def _splice(data: bytearray, chance: random.Random) -> bytes:
    at, source = chance.randrange(len(data)), chance.randrange(len(data))
    data[at:at] = data[source : source + chance.randint(1, 200)]
    return bytes(data)


def _delete(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, 50)]
    return bytes(data)


def _smash(data: bytearray, chance: random.Random) -> bytes:
    head = min(len(data), 64)
    data[chance.randrange(head)] = chance.randrange(256)
    return bytes(data)
