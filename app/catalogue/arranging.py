"""The pictures of a product: added, put into order, described, given to variants, taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.catalogue.bulk import Reason, write_products
from app.catalogue.model import Image, Product, Variant
from app.catalogue.seeing import must_be_as_seen
from app.catalogue.service import Catalogue, plain
from app.errors import InvalidValue, NotFound, VersionConflict

LONGEST_ALT = 500
MOST_PICTURES = 100
TRIES = 4


@dataclass(frozen=True)
class Arrangement:
    """A product's pictures as somebody wants them; what is not named stays as it is."""

    order: Sequence[str] = ()
    """Keys of pictures in the order of the page; those that it leaves out follow as they were."""
    alts: Mapping[str, str] = field(default_factory=dict)
    """The alt text of a picture by its key."""
    of_variants: Mapping[str, str] = field(default_factory=dict)
    """The key of the picture that shows a variant, by SKU; empty for none."""
    removed: str = ""
    """The key of the picture that goes."""


def key_of(image: Image) -> str:
    """Return what tells a picture from the others of its product, in forms."""
    return image.picture or "src_" + hashlib.sha256(image.source_url.encode()).hexdigest()[:16]


def add_images(catalogue: Catalogue, product_id: str, images: Sequence[Image], *, who: str) -> Product:
    """Put pictures behind those that a product has; one that it has already is left where it is.

    What somebody else saves in between is kept: adding takes nothing away, so no version is asked for.

    Raises:
        NotFound: there is no such product.
        InvalidValue: it would have more than a page can show.
    """

    def block() -> Product:
        product = _known(catalogue, product_id)
        known = {key_of(image) for image in product.images}
        fresh = list({key_of(image): image for image in images if key_of(image) not in known}.values())
        wanted = (*product.images, *fresh)
        if len(wanted) > MOST_PICTURES:
            raise InvalidValue("pictures", str(len(wanted)), f"at most {MOST_PICTURES} of a product")
        return _save(catalogue, product, replace(product, images=wanted), who, "pictures added")

    for tries in range(1, TRIES + 1):
        try:
            return catalogue.transactions.run(block)
        except VersionConflict:
            if tries == TRIES:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def arrange_images(
    catalogue: Catalogue, product_id: str, wanted: Arrangement, *, who: str, seen: str
) -> Product:
    """Give a product's pictures their order, texts and variants; what is so already is left as it is.

    Raises:
        NotFound: there is no such product.
        InvalidValue: an alt text is longer than anybody would listen to.
        VersionConflict: its state has another digest than `seen`.
    """
    for alt in wanted.alts.values():
        if len(alt) > LONGEST_ALT:
            raise InvalidValue("alt text", alt[:40] + "…", f"at most {LONGEST_ALT} characters")

    def block() -> Product:
        product = _known(catalogue, product_id)
        new = arranged(product, wanted)
        if plain(new) != plain(product):
            must_be_as_seen(product, seen)
        return _save(catalogue, product, new, who, "pictures changed")

    return catalogue.transactions.run(block)


def arranged(product: Product, wanted: Arrangement) -> Product:
    """Return the product with its pictures as they are wanted; keys that it does not have are ignored."""
    known: dict[str, list[Image]] = {}
    for image in product.images:
        known.setdefault(key_of(image), []).append(image)
    keys = [key for key in dict.fromkeys((*wanted.order, *known)) if key in known and key != wanted.removed]
    images = [replace(one, alt=wanted.alts.get(key, one.alt)) for key in keys for one in known[key]]
    kept = {key_of(image): image for image in reversed(images)}
    variants = (_given(product, variant, wanted, kept) for variant in product.variants)
    return replace(product, images=tuple(images), variants=tuple(variants))


def _given(product: Product, variant: Variant, wanted: Arrangement, kept: Mapping[str, Image]) -> Variant:
    """Return the variant with its picture as it is wanted."""
    image = product.image_of(variant)
    shown = key_of(image) if image else ""
    chosen = wanted.of_variants.get(variant.sku, shown)
    if chosen in kept and chosen != shown:
        return _shown_by(variant, kept[chosen])
    # One that names a picture which the product does not have keeps the name until another is chosen.
    has_lost_it = shown not in kept or not chosen
    return _shown_by(variant, None) if shown and has_lost_it else variant


def _shown_by(variant: Variant, image: Image | None) -> Variant:
    if image is None:
        return replace(variant, picture="", image_url="")
    # The address goes with it, so that an export names the picture as the import did.
    return replace(variant, picture=image.picture, image_url=image.source_url)


def _save(catalogue: Catalogue, old: Product, new: Product, who: str, why: str) -> Product:
    if plain(new) == plain(old):
        return old
    write_products(catalogue, (), [(old, new)], Reason(who, why))
    return replace(new, version=old.version + 1)


def _known(catalogue: Catalogue, product_id: str) -> Product:
    product = catalogue.store.product(product_id)
    if product is None:
        raise NotFound("product", product_id)
    return product
