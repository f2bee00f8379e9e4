"""Collections at the desk: chosen by hand, found by a rule, saved once, retired for good."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.catalogue.collecting import change_collection, create_collection, retire_collection
from app.catalogue.model import Collection, MenuEntry, ShopSettings
from app.catalogue.rules import Condition, Match, Operator, Rule, RuleField, RuleOrder
from app.catalogue.seeing import seen_digest
from app.staff.model import Role
from app.web.contexts.json_ld import plain_text

from .editor_shop import FROM_HERE, DeskShop, open_shop
from .markup import Markup

LIGHT = Collection("col_light", "light", "Light", "What shines.", ("prd_lamp", "prd_print"))
NEW_ID = "col_0123456789abcdefghjk"


@pytest.fixture
def desk(tmp_path: Path) -> DeskShop:
    """A desk with Ann at it, who owns the shop."""
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


@pytest.fixture
def light(desk: DeskShop) -> DeskShop:
    """A signed-in desk with one collection, chosen by hand."""
    create_collection(desk.services.catalogue, LIGHT, who="ada")
    return desk


def kept(shop: DeskShop, collection_id: str = "col_light") -> Collection:
    """Return a collection as the shop keeps it."""
    found = shop.services.catalogue.store.collection(collection_id)
    assert found is not None
    return found


def send(shop: DeskShop, do: str = "save", **changes: object) -> TestResponse:
    """Press a button of the collection's form, by default without a change, as it was opened first."""
    form: dict[str, object] = {
        "id": "col_light",
        "seen": seen_digest(LIGHT),
        "title": "Light",
        "slug": "light",
        "description": "What shines.",
        "kind": "list",
        "products": "prd_lamp prd_print",
        "do": do,
        **changes,
    }
    return shop.post("/editor/collections/col_light", **form)


def hidden(text: str) -> dict[str, str]:
    """Return what a page says of the state that it was made from."""
    return dict(re.findall(r'<input type="hidden" name="(seen|version)" value="([^"]*)"', text))


def chosen(answer: TestResponse) -> list[str]:
    """Return the products that the form holds now, in their order."""
    value = re.search(r'name="products" value="([^"]*)"', answer.text)
    assert value is not None
    return value[1].split()


def test_the_list_says_what_each_collection_lists(light: DeskShop) -> None:
    rule = Rule((Condition(RuleField.TAG, Operator.EQUALS, "sea"),))
    create_collection(light.services.catalogue, Collection("col_sea", "sea", "Sea", rule=rule), who="ada")
    text = light.get("/editor/collections").text

    assert "2 products, chosen by hand" in text
    assert "Tag is “sea” · Newest first" in text
    assert 'href="/collections/sea/"' in text
    assert Markup.of(text).faults == []


def test_a_new_collection_is_made_once_however_often_its_form_is_sent(desk: DeskShop) -> None:
    page = desk.get("/editor/collections/new").text
    assert re.search(r'name="id" value="col_[0-9a-z]{20}"', page)
    form = {"id": NEW_ID, "seen": "", "title": " Tides ", "slug": "tides", "products": "prd_lamp"}
    for _ in range(2):
        answer = desk.post("/editor/collections/new", **form)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/editor/collections/{NEW_ID}?saved=1"

    made = kept(desk, NEW_ID)
    assert (made.title, made.slug, made.product_ids, made.version) == ("Tides", "tides", ("prd_lamp",), 1)
    (first,) = desk.services.catalogue.store.revisions(NEW_ID)
    assert first.who == "ann@shop.example"


def test_a_new_collections_form_that_is_sent_again_lands_on_what_it_has_made(desk: DeskShop) -> None:
    form = {"id": NEW_ID, "seen": "", "title": "Tides", "slug": "tides", "products": "prd_lamp"}
    desk.post("/editor/collections/new", **form)
    made = kept(desk, NEW_ID)
    wanted = replace(made, description="What moves.")
    change_collection(desk.services.catalogue, wanted, who="eva@shop.example", seen=seen_digest(made))
    # Back, and Save: the page is the one from before.
    answer = desk.post("/editor/collections/new", **form)
    assert answer.headers["Location"] == f"/editor/collections/{NEW_ID}?saved=2"
    assert (kept(desk, NEW_ID).version, kept(desk, NEW_ID).description) == (2, "What moves.")

    answer = desk.post("/editor/collections/new", **{**form, "title": "High tides"})
    assert answer.status_code == 409
    text = plain_text(answer.text)
    assert "This form has made “Tides” already, so nothing was saved yet." in text
    assert "eva@shop.example" in text
    assert kept(desk, NEW_ID).title == "Tides"
    assert Markup.of(answer.text).faults == []
    # Saved again from there, it is a change of what was made.
    assert f'action="/editor/collections/{NEW_ID}"' in answer.text
    again = desk.post(
        f"/editor/collections/{NEW_ID}", **{**form, "title": "High tides", **hidden(answer.text)}
    )
    assert again.status_code == 303
    assert [found.title for found in desk.services.catalogue.store.collections()] == ["High tides"]


@pytest.mark.parametrize("odd", ["prd_lamp", "col_0123456789abcdefgh/k", "col_0123456789abcdefghji"])
def test_an_id_that_the_desk_did_not_give_is_taken_for_nothing(desk: DeskShop, odd: str) -> None:
    answer = desk.post("/editor/collections/new", id=odd, title="X", slug="x")

    assert answer.status_code == 404
    assert desk.services.catalogue.store.collections() == []


def test_buttons_move_add_and_remove_without_saving(light: DeskShop) -> None:
    assert chosen(send(light, "down:prd_lamp")) == ["prd_print", "prd_lamp"]
    assert chosen(send(light, "up:prd_lamp")) == ["prd_lamp", "prd_print"]
    assert chosen(send(light, "top:prd_print")) == ["prd_print", "prd_lamp"]
    assert chosen(send(light, "remove:prd_lamp")) == ["prd_print"]
    assert chosen(send(light, "add:prd_lamp", products="prd_print")) == ["prd_print", "prd_lamp"]
    assert chosen(send(light, "add:prd_lamp")) == ["prd_lamp", "prd_print"]
    assert kept(light) == replace(LIGHT, updated_at=light.clock.now())


def test_a_search_offers_products_to_add_and_the_enter_key_asks_it(light: DeskShop) -> None:
    for do in ("search", "enter"):
        answer = send(light, do, products="prd_print", q="holm lamp-oak")
        assert 'value="add:prd_lamp"' in answer.text
        assert 'value="add:prd_print"' not in answer.text
    assert "Nothing is called “chairs”." in send(light, "search", q="chairs").text
    assert send(light, "enter", title="Lights").status_code == 303
    assert kept(light).title == "Lights"


@pytest.mark.parametrize("query", ["OAK lamp", "holm xl", "oak-la", "lamp-ash-x", "lamp chair"])
def test_the_search_finds_what_the_list_of_products_finds(light: DeskShop, query: str) -> None:
    is_listed = (
        'href="/editor/products/prd_lamp"' in light.client.get("/editor/", query_string={"q": query}).text
    )
    is_found = 'value="add:prd_lamp"' in send(light, "search", products="", q=query).text
    assert is_found is is_listed is ("chair" not in query)


def test_saving_keeps_what_was_typed_and_says_which_pages_went_live(light: DeskShop) -> None:
    light.start_watcher()
    answer = send(light, title="Lamps & Light", products="prd_print prd_lamp", why="spring")
    shown = light.get(answer.headers["Location"]).text

    assert answer.status_code == 303
    assert (kept(light).title, kept(light).product_ids) == ("Lamps & Light", ("prd_print", "prd_lamp"))
    assert "Saved. Live on 3 pages after 12 ms:" in shown
    newest = light.services.catalogue.store.revisions("col_light")[0]
    assert (newest.who, newest.why, set(newest.diff)) == (
        "ann@shop.example",
        "spring",
        {"title", "product_ids"},
    )


def test_a_rule_shows_what_it_finds_before_it_is_saved(light: DeskShop) -> None:
    rows = {"field": ["vendor", "price", "tag"], "operator": ["contains", "less_than", "equals"]}
    answer = send(light, "preview", kind="rule", value=["holm", "100.00 USD", ""], **rows)
    text = plain_text(answer.text)

    assert "It finds 1 product now." in text
    assert "Oak lamp Holm & Sons" in text
    assert kept(light).rule is None
    answer = send(light, kind="rule", order="price-up", value=["holm", "100.00 USD", ""], **rows)
    assert answer.status_code == 303
    assert kept(light).rule == Rule(
        (
            Condition(RuleField.VENDOR, Operator.CONTAINS, "holm"),
            Condition(RuleField.PRICE, Operator.LESS_THAN, "100.00 USD"),
        ),
        Match.ALL,
        RuleOrder.PRICE_UP,
    )
    # The products that were chosen are kept for the day when the rule goes.
    assert kept(light).product_ids == LIGHT.product_ids


def test_a_draft_that_a_rule_finds_is_counted_but_said_to_be_none_that_shoppers_see(light: DeskShop) -> None:
    answer = send(light, "preview", kind="rule", field="title", operator="starts_with", value="low")

    assert "It finds 1 product now. 0 are published." in plain_text(answer.text)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"slug": "High Tides"}, "slug is “High Tides”, but must be lower-case letters"),
        ({"title": " "}, "title is"),
        ({"kind": "rule"}, "conditions is “0”, but must be 1 to 20"),
        (
            {"kind": "rule", "field": "price", "operator": "less_than", "value": "cheap"},
            "an amount with its currency, such as 50.00 USD",
        ),
        (
            {"kind": "rule", "field": "tag", "operator": "less_than", "value": "sea"},
            "operator is “less_than”, but must be one of equals",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_stays_in_the_form(
    light: DeskShop, changes: dict[str, object], reason: str
) -> None:
    answer = send(light, description="Still typed.", **changes)

    assert answer.status_code == 422
    assert reason in answer.text
    assert "Still typed." in answer.text
    assert Markup.of(answer.text).faults == []
    assert kept(light).version == 1


def test_an_address_that_another_collection_has_is_refused(light: DeskShop) -> None:
    create_collection(light.services.catalogue, Collection("col_2", "dark", "Dark"), who="ada")
    answer = send(light, slug="dark")

    assert answer.status_code == 422
    assert "slug is “dark”, but must be one that no other collection has." in answer.text


def test_whoever_saves_second_sees_what_the_first_has_changed_and_loses_nothing(light: DeskShop) -> None:
    catalogue = light.services.catalogue
    change_collection(
        catalogue, replace(LIGHT, title="Bright"), who="eva@shop.example", seen=seen_digest(LIGHT)
    )
    answer = send(light, title="Lights")

    assert answer.status_code == 409
    text = plain_text(answer.text)
    assert "Somebody else has saved this collection since you opened it" in text
    assert "eva@shop.example" in text
    assert "from Light → to Bright" in text
    assert 'id="title" name="title" value="Lights"' in answer.text
    assert kept(light).title == "Bright"
    # What is sent once more is meant.
    seen = seen_digest(kept(light))
    assert f'name="seen" value="{seen}"' in answer.text
    assert send(light, title="Lights", seen=seen).status_code == 303
    assert kept(light).title == "Lights"


def test_what_a_program_wrote_without_counting_the_version_is_seen_before_it_is_written_over(
    light: DeskShop,
) -> None:
    """The fields are those that the pages hold, so that nothing but their buttons is pressed."""
    store = light.services.catalogue.store
    form = hidden(light.get("/editor/collections/col_light").text)
    retire = hidden(light.get("/editor/collections/col_light/retire").text)
    written = replace(kept(light), description="From a script.")
    store.put_collection(written)

    answer = send(light, title="Lights", **form)
    assert answer.status_code == 409
    assert "another program" in answer.text
    assert "From a script." in answer.text
    assert 'id="title" name="title" value="Lights"' in answer.text
    assert light.post("/editor/collections/col_light/retire", **retire).status_code == 409
    assert kept(light) == written
    assert len(store.revisions("col_light")) == 1
    # Saved once more, it is meant; what the program did is noted as its own.
    assert send(light, title="Lights", **hidden(answer.text)).status_code == 303
    newest, *earlier = (one.who for one in store.revisions("col_light"))
    assert (newest, sorted(earlier)) == ("ann@shop.example", ["ada", "external"])


def test_retiring_says_what_it_means_and_then_does_it_once(light: DeskShop) -> None:
    entry = MenuEntry("All that shines", "collection", "light")
    light.services.catalogue.store.put_settings(ShopSettings(menu=(entry,)))
    asked = plain_text(light.get("/editor/collections/col_light/retire").text)
    assert "/collections/light/ answers that it is gone for good (410)" in asked
    assert "A line of the menu leads there and then leads nowhere: All that shines" in asked

    for _ in range(2):
        answer = light.post("/editor/collections/col_light/retire", seen=seen_digest(LIGHT))
        assert answer.headers["Location"] == "/editor/collections?retired=col_light"
    shown = light.get("/editor/collections?retired=col_light").text
    assert "“Light” is retired." in shown
    assert light.services.catalogue.store.collections() == []
    assert light.get("/editor/collections/col_light").status_code == 404
    assert light.get("/editor/collections/col_light/history").status_code == 200


@pytest.mark.parametrize("path", ["col_light", "new"])
def test_a_page_from_before_it_was_retired_does_not_bring_a_collection_back(
    light: DeskShop, path: str
) -> None:
    store = light.services.catalogue.store
    # The id of a new collection's form is one that the desk gave.
    made = create_collection(light.services.catalogue, replace(LIGHT, id=NEW_ID, slug="new"), who="ada")
    for found in (LIGHT, made):
        retire_collection(light.services.catalogue, found.id, who="eva", seen=seen_digest(found))
    form = {"id": NEW_ID, "seen": "", "title": "Lights", "slug": "light", "products": "prd_print"}
    answer = light.post(f"/editor/collections/{path}", **form)

    assert answer.status_code == 409
    text = plain_text(answer.text)
    assert "“Light” was retired since you opened the page. Nothing was saved." in text
    assert Markup.of(answer.text).faults == []
    retired = NEW_ID if path == "new" else "col_light"
    assert f'href="/editor/collections/{retired}/history"' in answer.text
    assert store.collections() == []
    assert [one.why for one in store.revisions(retired)][:1] == ["retired"]
    # What was typed is a new collection's form now, so saving again is a deed of its own.
    fresh = re.search(r'name="id" value="(col_[0-9a-z]{20})"', answer.text)
    assert fresh is not None
    assert fresh[1] != NEW_ID
    assert 'action="/editor/collections/new"' in answer.text
    assert chosen(answer) == ["prd_print"]
    assert light.post("/editor/collections/new", **{**form, "id": fresh[1]}).status_code == 303
    assert [(found.id, found.title) for found in store.collections()] == [(fresh[1], "Lights")]


def test_a_collection_that_somebody_has_changed_is_not_retired(light: DeskShop) -> None:
    change_collection(
        light.services.catalogue, replace(LIGHT, title="Bright"), who="eva", seen=seen_digest(LIGHT)
    )
    answer = light.post("/editor/collections/col_light/retire", seen=seen_digest(LIGHT))

    assert answer.status_code == 409
    assert "Nothing was retired." in answer.text
    assert kept(light).title == "Bright"


def test_a_viewer_looks_and_changes_nothing(light: DeskShop) -> None:
    light.hire("vera@shop.example", Role.VIEWER)
    light.post("/editor/sign-out")
    light.sign_in("vera@shop.example")
    page = light.get("/editor/collections/col_light")

    assert page.status_code == 200
    assert 'value="save"' not in page.text
    assert light.get("/editor/collections/new").status_code == 403
    assert send(light, title="Mine").status_code == 403
    assert light.post("/editor/collections/col_light/retire", seen=seen_digest(LIGHT)).status_code == 403
    assert kept(light) == replace(LIGHT, updated_at=light.clock.now())


def test_a_long_list_is_taken_and_one_that_is_too_long_is_refused_by_its_name(light: DeskShop) -> None:
    many = [f"prd_{number:020}" for number in range(59_999)]
    answer = send(light, products=" ".join(many), description="\U0001f4a1" * 10_000)
    assert answer.status_code == 303
    assert kept(light).product_ids == tuple(many)
    assert len(kept(light).description) == 10_000

    before = kept(light)
    seen = seen_digest(before)
    # A program may send its form in parts; each may be as long.
    form = {"seen": seen, "title": "Light", "slug": "light", "products": " ".join(many)}
    in_parts = light.client.post(
        "/editor/collections/col_light", data=form, content_type="multipart/form-data", headers=FROM_HERE
    )
    in_parts.request.environ["wsgi.input"].close()
    assert in_parts.status_code == 303
    before = kept(light)
    seen = seen_digest(before)
    long = send(light, seen=seen, products=" ".join([*many, "prd_one_more", "prd_and_another"]))
    assert long.status_code == 422
    assert "products is “…”, but must be a list of at most 1,500,000 characters." in long.text
    texts = send(light, seen=seen, description="x" * 10_001)
    assert "description is “…”, but must be at most 10000 characters." in texts.text
    assert kept(light) == before


@pytest.mark.parametrize("path", ["col_light", "new"])
def test_a_form_that_is_larger_than_any_is_refused_in_words(light: DeskShop, path: str) -> None:
    answer = light.post(
        f"/editor/collections/{path}", id=NEW_ID, title="T", slug="t", products="x" * 2_100_000
    )

    assert answer.status_code == 413
    assert "This form is larger than 2 MB, so nothing was read or saved." in answer.text
    assert Markup.of(answer.text).faults == []
    assert light.services.catalogue.store.collections() == [kept(light)]
    assert kept(light).version == 1


def test_a_form_with_fields_that_it_does_not_have_is_refused(light: DeskShop) -> None:
    assert send(light, colour="red").status_code == 422
    assert send(light, field="colour", operator="equals", value="red", kind="rule").status_code == 422
    assert kept(light).version == 1
