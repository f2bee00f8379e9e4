"""A product's pictures at the desk: uploaded, put into order, described, given to variants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.catalogue.arranging import Arrangement, add_images, arrange_images, key_of
from app.catalogue.model import Image, Product
from app.catalogue.seeing import seen_digest
from app.errors import InvalidValue, Refusal, VersionConflict
from app.media.model import LARGEST_BYTES, Picture, PictureFormat
from app.publishing.model import DocumentChange
from app.staff.model import Permission
from app.web.contexts.pictures import media_url
from app.web.contexts.views import Link
from app.web.editor.access import Route, present
from app.web.editor.contexts_pictures import PictureChoice, PictureRow, PicturesPage, UploadResult
from app.web.editor.frame import desk
from app.web.editor.history import WAIT_SECONDS, saved_result
from app.web.editor.products import product_or_404
from app.web.editor.words import sentence, status_of
from app.web.i18n import gettext as _
from app.web.shop import current_shop

MOST_FILES = 20
LARGEST_UPLOAD = 200 * 1024 * 1024
"""Bytes of all files that are sent at once; each may have `LARGEST_BYTES`."""
MOST_PARTS = 5_000
"""Fields of the form: one for each picture and each variant."""


def pictures(product_id: str) -> Response:
    """Show a product's pictures."""
    return _page(product_or_404(product_id))


def upload(product_id: str) -> Response:
    """Take pictures; what is refused is said file by file, and the others are taken all the same."""
    found = product_or_404(product_id)
    request.max_content_length = LARGEST_UPLOAD
    try:
        files = [file for file in request.files.getlist("pictures") if file.filename]
    except RequestEntityTooLarge:
        text = _(
            "That was more than %(mb)s MB at once, so nothing was taken. Send fewer pictures at a time.",
            mb=LARGEST_UPLOAD // 1024**2,
        )
        return _page(found, error=text, status=413)
    if not files:
        return _page(found, error=_("Choose one picture or more first."), status=422)
    if len(files) > MOST_FILES:
        text = _("At most %(most)s pictures are taken at once. Nothing was taken.", most=MOST_FILES)
        return _page(found, error=text, status=422)
    services = current_shop().services
    since = services.clock.now()
    outcomes = [_take(file) for file in files]
    taken = [picture for picture, _result in outcomes if picture is not None]
    images = [Image(picture.id, found.title, picture.width, picture.height) for picture in taken]
    try:
        saved = (
            add_images(services.catalogue, found.id, images, who=present().member.email) if images else found
        )
    except Refusal as error:
        return _page(product_or_404(product_id), error=sentence(error), status=status_of(error))
    uploads = [result for _picture, result in outcomes]
    if saved.version != found.version:
        _wait(saved, since)
    if all(result.is_taken for result in uploads):
        return redirect(_here(saved, saved=saved.version), code=303)
    return _page(saved, uploads=uploads, status=422)


def arrange(product_id: str) -> Response:
    """Save order, texts and variants as the form says; its buttons move a picture or take it away."""
    request.max_form_parts = MOST_PARTS
    found = product_or_404(product_id)
    services = current_shop().services
    since = services.clock.now()
    try:
        saved = arrange_images(
            services.catalogue,
            found.id,
            _arrangement(found),
            who=present().member.email,
            seen=request.form.get("seen", ""),
        )
    except VersionConflict:
        text = _(
            "Somebody else has changed this product since you opened the page. "
            "Nothing was saved; this is how its pictures are now."
        )
        return _page(product_or_404(product_id), error=text, status=409)
    except Refusal as error:
        return _page(found, error=sentence(error), status=status_of(error))
    _wait(saved, since)
    focus = request.form.get("do", "").partition(":")[2]
    anchor = f"picture-{focus}" if focus in {key_of(image) for image in saved.images} else None
    return redirect(_here(saved, saved=saved.version, _anchor=anchor), code=303)


def _take(file: FileStorage) -> tuple[Picture | None, UploadResult]:
    """Take one file; one byte more than allowed is enough to know that it is too large."""
    name = (file.filename or "")[:120]
    try:
        picture = current_shop().services.media.add(file.stream.read(LARGEST_BYTES + 1), name)
    except Refusal as error:
        return None, UploadResult(name, False, sentence(error))
    return picture, UploadResult(name, True, _("taken"))


def _arrangement(product: Product) -> Arrangement:
    """Return what the form asks for, after its button has done its work.

    A field that is not sent asks for nothing.

    Raises:
        InvalidValue: the button is none of this form, or it does not say which variants it means.
    """
    form = request.form
    keys = list(dict.fromkeys((*form.get("order", "").split(), *map(key_of, product.images))))
    deed, _colon, at = form.get("do", "save").partition(":")
    if deed not in ("save", "up", "down", "first", "remove"):
        raise InvalidValue("do", "…", "a button of this form")
    if at in keys and deed in ("up", "down", "first"):
        place = keys.index(at)
        keys.remove(at)
        keys.insert({"up": max(0, place - 1), "down": place + 1, "first": 0}[deed], at)
    skus, chosen = form.getlist("sku"), form.getlist("shows")
    if chosen and len(chosen) != len(skus):
        raise InvalidValue("shows", "…", "one picture for each variant")
    return Arrangement(
        keys,
        {key: form[f"alt-{key}"].strip() for key in keys if f"alt-{key}" in form},
        dict(zip(skus, chosen, strict=False)),
        removed=at if deed == "remove" else "",
    )


def _page(
    product: Product, *, error: str = "", status: int = 200, uploads: Sequence[UploadResult] = ()
) -> Response:
    showable = current_shop().services.media.showable(image.picture for image in product.images)
    last = len(product.images) - 1
    keys = [key_of(image) for image in product.images]
    page = PicturesPage(
        desk=desk(),
        back=Link(product.title, url_for("editor.product", product_id=product.id)),
        seen=seen_digest(product),
        upload_url=url_for("editor.upload_pictures", product_id=product.id),
        action=url_for("editor.arrange_pictures", product_id=product.id),
        rows=tuple(
            _row(image, showable.get(image.picture), is_first=place == 0, is_last=place == last)
            for place, image in enumerate(product.images)
        ),
        variants=tuple(
            PictureChoice(number, variant.sku, variant.title, _chosen(product, number - 1))
            for number, variant in enumerate(product.variants, start=1)
        ),
        most_files=MOST_FILES,
        most_mb=LARGEST_BYTES // 1024**2,
        may_edit=present().member.may(Permission.EDIT_CATALOGUE),
        order=" ".join(keys),
        uploads=tuple(uploads),
        result=saved_result("products", product.id, _("Saved.")),
        error=error,
    )
    return make_response(render_template("editor/pictures.html", page=page), status)


def _row(image: Image, picture: Picture | None, *, is_first: bool, is_last: bool) -> PictureRow:
    jpegs = picture.of(PictureFormat.JPEG) if picture else ()
    return PictureRow(
        key=key_of(image),
        alt=image.alt,
        url=media_url(jpegs[0]) if jpegs else "",
        width=jpegs[0].width if jpegs else 0,
        height=jpegs[0].height if jpegs else 0,
        note=_("%(width)s × %(height)s pixels", width=picture.width, height=picture.height)
        if picture
        else image.source_url or _("Its file is missing."),
        is_first=is_first,
        is_last=is_last,
    )


def _chosen(product: Product, place: int) -> str:
    image = product.image_of(product.variants[place])
    return key_of(image) if image else ""


def _here(product: Product, **more: object) -> str:
    return url_for("editor.pictures", product_id=product.id, **more)  # type: ignore[arg-type]


def _wait(product: Product, since: datetime) -> None:
    change = DocumentChange("products", product.id, product.version)
    current_shop().services.publishing.wait_for(change, since=since, seconds=WAIT_SECONDS)


EDIT = Permission.EDIT_CATALOGUE
ROUTES = (
    Route("/products/<product_id>/pictures", "pictures", pictures, Permission.SEE),
    Route("/products/<product_id>/pictures", "upload_pictures", upload, EDIT, ("POST",)),
    Route("/products/<product_id>/pictures/arrange", "arrange_pictures", arrange, EDIT, ("POST",)),
)
