"""In-memory stand-ins for the store protocols; the contract tests hold them to MongoDB's behaviour.

All fakes of one shop share one `Memory`, so that `FakeTransactions` can undo
what a failed block has written to any of them.
"""

from tests.fakes.carts import FakeCartStore
from tests.fakes.catalogue import FakeCatalogueStore
from tests.fakes.inventory import FakeInventoryStore
from tests.fakes.media import FakeCodec, FakeMediaStore, FakePictureShelf, fake_media, sketched
from tests.fakes.memory import FakeClock, FakeTransactions, Memory
from tests.fakes.orders import FakeOrderStore
from tests.fakes.payments import FakeInbox, FakeOutbox
from tests.fakes.publishing import FakePublishingStore

__all__ = [
    "FakeCartStore",
    "FakeCatalogueStore",
    "FakeClock",
    "FakeCodec",
    "FakeInbox",
    "FakeInventoryStore",
    "FakeMediaStore",
    "FakeOrderStore",
    "FakeOutbox",
    "FakePictureShelf",
    "FakePublishingStore",
    "FakeTransactions",
    "Memory",
    "fake_media",
    "sketched",
]
