"""Hangs pictures on products: by file name while a catalogue comes in, and names them when it goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.catalogue.formats.records import Group
from app.catalogue.model import Image, Product
from app.catalogue.sources import NamedPictures, file_name_of
from app.errors import Refusal
from app.media.model import Picture


class Gallery(Protocol):
    """What the catalogue needs of the shop's pictures."""

    def add(self, content: bytes, name: str = "") -> Picture:
        """Take a picture; the same file is the same picture.

        Raises:
            Refusal: it is no picture that can be shown.
        """
        ...


@dataclass
class Hanging:
    """Gives the images of an imported catalogue their pictures, by the names of their files.

    An image that has its picture already keeps it, whatever lies in the folder today.
    """

    files: NamedPictures
    gallery: Gallery
    found: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    """Names that fit no file."""
    refused: dict[str, str] = field(default_factory=dict)
    """Files that are no pictures, and why."""
    _hung: dict[str, Picture] = field(default_factory=dict)

    def promised(self, product: Product) -> Product:
        """Return the product as it would be, its files unread: only that they are there is known."""
        return _with_pictures(product, self._promise)

    def hung(self, product: Product) -> Product:
        """Return the product with its pictures, which are in the shop then."""
        return _with_pictures(product, self._hang)

    def _promise(self, image: Image) -> Image:
        name = file_name_of(image.source_url)
        is_there = self.files.has(name)
        (self.found if is_there else self.missing).add(name)
        return replace(image, picture=name) if is_there else image

    def _hang(self, image: Image) -> Image:
        name = file_name_of(image.source_url)
        if name in self.refused or not self.files.has(name):
            return image
        try:
            picture = self._hung.get(name) or self.gallery.add(self.files.content(name), name)
        except Refusal as error:
            self.refused[name] = str(error)
            return image
        self._hung[name] = picture
        return with_picture(image, picture)


@dataclass(frozen=True)
class OwnAddresses:
    """Lends the pictures that came from no address the shop's own, for files that leave it."""

    shop_url: str
    pictures: Callable[[Sequence[str]], Mapping[str, Picture]]

    def lent(self, products: Sequence[Product], groups: Iterable[Group] = ()) -> list[Product]:
        """Return the products with an address for each picture.

        Args:
            products: as they are.
            groups: rows of a file that may name the same pictures; their addresses win, because
                a picture gets larger files when they are made, and a shop may move to another host.
        """
        ids = {image.picture for product in products for image in product.images if _is_own(image)}
        if not ids:
            return list(products)
        said = _said(groups)
        known = self.pictures(sorted(ids))
        addresses = {one: self._address(one, known.get(one), said) for one in ids}
        return [_lent(product, addresses) for product in products]

    def _address(self, picture_id: str, picture: Picture | None, said: Mapping[str, str]) -> str:
        # A picture whose document is gone keeps its place in the file by its id.
        names = [picture_id, *(picture.names if picture else ())]
        spoken = next((said[name] for name in names if name in said), "")
        largest = picture.largest if picture else None
        return spoken or f"{self.shop_url}/media/{largest.name if largest else picture_id}"


def returned(product: Product, was: Product, lent: Product) -> Product:
    """Return a product without the addresses that its images were lent.

    Args:
        product: what became of `lent`.
        was: the product before addresses were lent.
        lent: the same with them.
    """
    own = {
        (image.picture, image.source_url)
        for before, image in zip(was.images, lent.images, strict=True)
        if _is_own(before)
    }
    images = (
        replace(image, source_url="") if (image.picture, image.source_url) in own else image
        for image in product.images
    )
    return replace(product, images=tuple(images)) if own else product


def with_picture(image: Image, picture: Picture) -> Image:
    """Return an image that shows a picture."""
    return replace(image, picture=picture.id, width=picture.width, height=picture.height)


def _with_pictures(product: Product, dress: Callable[[Image], Image]) -> Product:
    waiting = [image for image in product.images if not image.picture and image.source_url]
    if not waiting:
        return product
    images = (dress(image) if image in waiting else image for image in product.images)
    return replace(product, images=tuple(images))


def _is_own(image: Image) -> bool:
    return bool(image.picture) and not image.source_url


def _lent(product: Product, addresses: Mapping[str, str]) -> Product:
    images = (
        replace(image, source_url=addresses[image.picture]) if _is_own(image) else image
        for image in product.images
    )
    return replace(product, images=tuple(images))


def _said(groups: Iterable[Group]) -> dict[str, str]:
    cells = (record.text("Image Src") for group in groups for record in group.records)
    return {file_name_of(cell): cell for cell in cells if cell}
