"""Decoding whatever is uploaded, and encoding what browsers show, with real files."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from app.adapters.pillow_codec import PillowCodec
from app.media.codec import FirstLook
from app.media.model import FIRST_WIDTH, NotAPicture, PictureFormat, TooManyPixels, tone_of

from .pictures import BLUE, RED, WHITE, from_a_phone, halves, opened, png_head, saved, swapped_profile

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture
def codec() -> PillowCodec:
    """The real codec."""
    return PillowCodec()


def look(codec: PillowCodec, content: bytes) -> tuple[FirstLook, Image.Image]:
    """Return what was found out, and the first JPEG as a browser decodes it."""
    found = codec.first_look(content, "it.jpg")
    return found, opened(found.jpeg.content)


def is_near(pixel: object, colour: tuple[int, int, int], by: int = 12) -> bool:
    """Say whether a pixel has a colour, but for what encoding costs."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= by for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF"])
def test_every_common_format_is_read(codec: PillowCodec, form: str) -> None:
    found, jpeg = look(codec, saved(halves(), form))
    assert (found.width, found.height) == (400, 300)
    assert (found.jpeg.format, found.jpeg.width, found.jpeg.height) == (PictureFormat.JPEG, 400, 300)
    assert (jpeg.format, jpeg.mode, jpeg.size) == ("JPEG", "RGB", (400, 300))
    assert is_near(jpeg.getpixel((50, 150)), RED)
    assert is_near(jpeg.getpixel((350, 150)), BLUE)


def test_a_photograph_stands_upright_and_tells_neither_place_nor_phone(codec: PillowCodec) -> None:
    content = from_a_phone(orientation=6)
    assert b"A phone of somebody" in content
    found, jpeg = look(codec, content)
    assert (found.width, found.height) == jpeg.size == (300, 400)
    # Turned clockwise by a quarter: the left half is on top.
    assert is_near(jpeg.getpixel((150, 50)), RED)
    assert is_near(jpeg.getpixel((150, 350)), BLUE)
    for encoded in (found.jpeg, *codec.derive(content, [])):
        assert b"somebody" not in encoded.content
        assert b"taken at home" not in encoded.content
        shown = opened(encoded.content)
        assert shown.size == (encoded.width, encoded.height)
        assert encoded.height > encoded.width
        assert not dict(shown.getexif())
        assert {"exif", "icc_profile", "comment", "xmp"} & set(shown.info) <= {"exif"}
        assert not shown.info.get("exif")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_a_camera_is_turned(codec: PillowCodec, orientation: int) -> None:
    found, jpeg = look(codec, from_a_phone(orientation))
    assert jpeg.size == (found.width, found.height)
    assert jpeg.size == ((400, 300) if orientation < 5 else (300, 400))


def test_colours_of_a_profile_become_those_of_the_web_and_the_profile_is_dropped(codec: PillowCodec) -> None:
    _, jpeg = look(codec, saved(halves(), "PNG", icc_profile=swapped_profile()))
    assert is_near(jpeg.getpixel((50, 150)), RED[::-1])
    assert "icc_profile" not in jpeg.info
    _, jpeg = look(codec, saved(halves(), "PNG", icc_profile=b"no profile at all"))
    assert is_near(jpeg.getpixel((50, 150)), RED)


def test_ink_becomes_light(codec: PillowCodec) -> None:
    _, jpeg = look(codec, saved(halves(mode="CMYK")))
    assert jpeg.mode == "RGB"
    assert is_near(jpeg.getpixel((50, 150)), RED)


def test_sixteen_bits_of_grey_keep_their_brightness(codec: PillowCodec) -> None:
    grey = Image.new("I;16", (40, 30), 0x8000)
    _, jpeg = look(codec, saved(grey, "PNG"))
    assert is_near(jpeg.getpixel((20, 15)), (128, 128, 128), by=2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_becomes_plain_colour(codec: PillowCodec, mode: str) -> None:
    _, jpeg = look(codec, saved(Image.new(mode, (40, 30)), "PNG"))
    assert (jpeg.mode, jpeg.size) == ("RGB", (40, 30))


def test_what_is_transparent_lies_on_white_paper(codec: PillowCodec) -> None:
    image = halves(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 300))
    _, jpeg = look(codec, saved(image, "PNG"))
    assert is_near(jpeg.getpixel((50, 150)), WHITE)
    assert is_near(jpeg.getpixel((350, 150)), BLUE)
    palette = halves().quantize(4)
    palette.info["transparency"] = palette.getpixel((50, 150))
    _, jpeg = look(codec, saved(palette, "PNG"))
    assert is_near(jpeg.getpixel((50, 150)), WHITE)
    assert is_near(jpeg.getpixel((350, 150)), BLUE)


def test_of_an_animation_the_first_picture_is_taken(codec: PillowCodec) -> None:
    second = Image.new("RGB", (400, 300), WHITE)
    for form in ("GIF", "WEBP"):
        _, jpeg = look(codec, saved(halves(), form, save_all=True, append_images=[second]))
        assert is_near(jpeg.getpixel((50, 150)), RED)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SVG, "it is a text such as SVG or HTML"),
        (b"Dear diary, today I renamed a text.", ""),
        (b"", ""),
        (saved(halves())[:-2000], "its end is missing"),
        (saved(halves(), "PNG")[:-200], "its end is missing"),
        (png_head(400, 300), ""),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", ""),
    ],
    ids=["svg", "text", "empty", "cut jpeg", "cut png", "empty png", "postscript"],
)
def test_what_holds_no_picture_is_refused(codec: PillowCodec, content: bytes, reason: str) -> None:
    with pytest.raises(NotAPicture) as refused:
        codec.first_look(content, "it.jpg")
    assert refused.value.name == "it.jpg"
    assert refused.value.reason in (reason, "its end is missing")
    with pytest.raises(NotAPicture):
        codec.derive(content, [])


def test_a_head_that_promises_too_much_is_refused_before_a_pixel_is_decoded(
    codec: PillowCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(_: object) -> None:
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    for width, height in ((8000, 5001), (16_001, 10), (10_000, 10_000), (60_000, 60_000)):
        with pytest.raises(TooManyPixels):
            codec.first_look(png_head(width, height), "bomb.png")


def test_the_first_jpeg_is_there_soon_and_not_too_wide(codec: PillowCodec) -> None:
    found, jpeg = look(codec, saved(halves(3200, 2400)))
    assert (found.width, found.height) == (3200, 2400)
    assert jpeg.size == (FIRST_WIDTH, 1200)
    assert jpeg.info["progressive"] == 1


def test_every_size_and_format_is_made_but_those_that_are_there(codec: PillowCodec) -> None:
    content = saved(halves(700, 350), "PNG")
    made = codec.derive(content, [(PictureFormat.JPEG, 700)])
    expected = {(form, width) for form in PictureFormat for width in (320, 480, 640, 700)}
    assert {(one.format, one.width) for one in made} == expected - {(PictureFormat.JPEG, 700)}
    for one in made:
        shown = Image.open(BytesIO(one.content))
        assert (shown.format, shown.size) == (one.format.value.upper(), (one.width, one.width // 2))


def test_the_same_file_gives_the_same_files(codec: PillowCodec) -> None:
    content = from_a_phone()
    assert codec.derive(content, []) == codec.derive(content, [])
    assert codec.first_look(content, "") == codec.first_look(content, "")


def test_the_tone_is_the_mean_of_the_colours(codec: PillowCodec) -> None:
    found, _ = look(codec, saved(Image.new("RGB", (40, 30), RED), "PNG"))
    assert found.tone == tone_of(*RED)
