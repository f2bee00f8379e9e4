"""Collections by rule, a way back, and pictures, in a real browser: what is done at the desk is served."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_desk import sign_in
from tests.stack import Stack, until


def test_a_rule_made_at_the_desk_lists_what_another_program_tags(visit: Visit, stack: Stack) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.tab()
    sign_in(page, stack, "/editor/collections")
    page.click("text=New collection")
    page.fill("#title", "For the north wall")
    page.fill("#slug", "north-wall")
    page.check("input[name=kind][value=rule]")
    page.click("button:text-is('Show')")
    page.select_option("#field-1", "tag")
    page.fill("#value-1", "North wall")
    page.click("button:text-is('Show what it finds')")
    expect(page.locator("#preview")).to_contain_text("It finds 0 products now.")
    page.click(".collection-form__end button")
    expect(page.locator("#saved")).to_contain_text("Saved. Live on")
    assert "Paper Moons" not in stack.page("/collections/north-wall/")

    stack.db.products.update_one({"slug": "paper-moons"}, {"$push": {"tags": "north WALL"}})
    until(lambda: "/products/paper-moons/" in stack.page("/collections/north-wall/"))
    until(lambda: "/collections/north-wall/" in stack.page("/products/paper-moons/"))
    assert "/products/tides/" not in stack.page("/collections/north-wall/")

    page.reload()
    expect(page.locator("#preview")).to_contain_text("Paper Moons")
    page.click("text=Retire…")
    page.click("text=Retire it")
    expect(page.locator("main")).to_contain_text("“For the north wall” is retired.")
    until(lambda: not (stack.public / "collections/north-wall/index.html").exists())
    answer = page.goto("/collections/north-wall/")
    assert answer is not None
    assert answer.status == 410
    assert visitor.forgive("status of 410") != []


def test_one_click_brings_an_old_price_back_to_the_shop(visit: Visit, stack: Stack) -> None:
    before = stack.offers("saddle")
    sku, price = next((sku, offer["price"]) for sku, offer in before.items())
    assert price != "77.70"
    stack.told("price", sku, "77.70", "USD")
    until(lambda: stack.offers("saddle")[sku]["price"] == "77.70")
    page = visit().tab()
    sign_in(page, stack)
    page.click("main >> text=Saddle")
    page.click("main >> text=History")
    newest = page.locator(".revision").first
    expect(newest).to_contain_text("$77.70")

    page.locator(".revision button", has_text="Go back to this").first.click()
    expect(page.locator("#done")).to_contain_text("/products/saddle/")
    expect(page.locator(".revision").first).to_contain_text("reverted to version")
    assert stack.offers("saddle") == before


DROP = """([form, name, bytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes)], name, {type: "image/png"}));
  form.dispatchEvent(new DragEvent("drop", {dataTransfer: held, bubbles: true, cancelable: true}));
}"""


@pytest.mark.parametrize("is_dropped", [False, True], ids=["by the file field", "dropped"])
def test_a_picture_that_is_uploaded_at_the_desk_hangs_in_the_shop(
    visit: Visit, stack: Stack, is_dropped: bool
) -> None:
    colour = (30, 90, 160) if is_dropped else (160, 90, 30)
    file = BytesIO()
    Image.new("RGB", (640, 480), colour).save(file, "PNG")
    page = visit(java_script_enabled=is_dropped).tab()
    sign_in(page, stack, "/editor/products/prd_tides/pictures")
    before = page.locator(".picture-list__picture").count()
    if is_dropped:
        form = page.locator("form[data-drop]").element_handle()
        page.evaluate(DROP, [form, "wall.png", list(file.getvalue())])
    else:
        wall = {"name": "wall.png", "mimeType": "image/png", "buffer": file.getvalue()}
        page.set_input_files("#pictures", wall)  # type: ignore[arg-type]
        page.click("text=Upload")
    expect(page.locator(".picture-list__picture")).to_have_count(before + 1)
    expect(page.locator("#saved")).to_contain_text("/products/tides/")

    shown = page.locator(".picture-list__picture img").last.get_attribute("src")
    assert shown is not None
    # The desk shows the smallest file; the page names it as soon as the worker has made it.
    until(lambda: shown in stack.page("/products/tides/"))
    assert (stack.public / shown.lstrip("/")).is_file()
