"""One button that archives a product, publishes it, or brings it back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from werkzeug.wrappers import Response

from app.catalogue.model import ProductStatus
from app.staff.model import Permission
from app.web.editor.access import Route, present
from app.web.editor.forms import Form, parse
from app.web.editor.product_edit import product_desk, saved
from app.web.editor.product_form import LONGEST_REASON
from app.web.editor.products import product_or_404
from app.web.shop import current_shop


class StatusForm(Form):
    """What a product shall become."""

    status: ProductStatus
    why: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


def set_status(product_id: str) -> Response:
    """Archive a product, publish it, or bring it back; its other fields stay, whoever is at them."""
    asked, product = parse(StatusForm), product_or_404(product_id)
    services = current_shop().services
    since = services.clock.now()
    done = product_desk().set_status(
        product_id, asked.status, who=present().member.email, why=asked.why.strip()
    )
    return saved(done, since if done.version != product.version else None)


ROUTES = (
    Route("/products/<product_id>/status", "set_status", set_status, Permission.EDIT_CATALOGUE, ("POST",)),
)
