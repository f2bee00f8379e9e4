"""What the form of a product holds at one moment: its texts, what is wrong, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.catalogue.editing.typed import TypedProduct
from app.catalogue.editing.words import Fault
from app.catalogue.model import Product
from app.inventory.model import StockPool
from app.web.editor.contexts_editing import ConflictView, FieldView


@dataclass(frozen=True)
class Draft:
    """What the form shows beside its texts."""

    form: TypedProduct
    currencies: Sequence[str]
    pools: Mapping[str, StockPool]
    product: Product | None = None
    """The product that is edited; nothing while it is new."""
    key: str = ""
    seen: str = ""
    since: str = ""
    source: str = ""
    why: str = ""
    faults: Sequence[Fault] = ()
    said: str = ""
    focus: str = ""
    conflict: ConflictView | None = None
    errors: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "errors", {fault.field: fault.text for fault in reversed(self.faults)})

    def field(self, name: str, value: str, text: str = "", hint: str = "") -> FieldView:
        """Return one field."""
        return FieldView(name, value, text, self.errors.get(name, ""), hint, has_focus=name == self.focus)
