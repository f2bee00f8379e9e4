"""A picture as templates see it: its files, and what stands in its place until they are there."""

from __future__ import annotations

from app.catalogue.model import Image
from app.media.model import Picture, PictureFormat, Rendition
from app.web.contexts.views import ImageView, SourceView

MEDIA_ROOT = "/media"


def image_view(image: Image, picture: Picture) -> ImageView | None:
    """Return a picture in its place on a product, or nothing where it has no file for every browser."""
    if picture.first is None or picture.largest is None:
        return None
    jpegs = picture.of(PictureFormat.JPEG)
    return ImageView(
        url=media_url(picture.first),
        alt=image.alt,
        # The picture's own pixels count: another program may have written others beside its id.
        width=picture.width,
        height=picture.height,
        sources=tuple(
            SourceView(form.mime, ", ".join(f"{media_url(one)} {one.width}w" for one in picture.of(form)))
            for form in PictureFormat
            # A single JPEG is named by the picture itself.
            if picture.of(form) and not (form is PictureFormat.JPEG and len(jpegs) == 1)
        ),
        tone=f"tone-{picture.tone:02}",
        large_url=media_url(picture.largest),
    )


def media_url(rendition: Rendition) -> str:
    """Return the path of a picture's file, the same on the front and in the app."""
    return f"{MEDIA_ROOT}/{rendition.name}"
