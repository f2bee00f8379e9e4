"""What the formats mean: old and new headers, WooCommerce, and whatever program wrote the bytes."""

from __future__ import annotations

import pytest

from app.catalogue.formats.cells import defused, restored
from app.catalogue.formats.merging import derived_sku
from app.catalogue.model import Image, Option, ProductStatus
from app.inventory.model import Policy, StockPool
from tests.import_desk import Desk, counts, faults, lamp

OLD = """\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,\
Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Variant Weight Unit,Variant Tax Code,\
Product Category,Cost per item,Status,Price / EUR,Compare At Price / EUR
top,Varsity top,<p>Warm.</p>,Ada,Tops,"warm, new",true,Size,Small,top-s,453.59237,shopify,7,continue,60,80,\
true,false,0123,https://cdn.example/a.jpg,2,Front,false,Top!,A top.,https://cdn.example/a.jpg,lb,TAX1,\
Apparel > Tops,12.00,active,55.00,75
top,,,,,,,,Medium,,500,,,deny,61,,false,true,,https://cdn.example/b.jpg,1,Back,,,,,kg,,,,,,
top,,,,,,,,,,,,,,,,,,,https://cdn.example/c.jpg,3,,,,,,,,,,,,
"""
NEW_NAMES = {
    "Handle": "URL handle",
    "Body (HTML)": "Description",
    "Published": "Published on online store",
    "Option1 Name": "Option1 name",
    "Option1 Value": "Option1 value",
    "Variant SKU": "SKU",
    "Variant Grams": "Weight value (grams)",
    "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity",
    "Variant Inventory Policy": "Continue selling when out of stock",
    "Variant Price": "Price",
    "Variant Compare At Price": "Compare-at price",
    "Variant Requires Shipping": "Requires shipping",
    "Variant Taxable": "Charge tax",
    "Variant Barcode": "Barcode",
    "Image Src": "Product image URL",
    "Image Position": "Image position",
    "Image Alt Text": "Image alt text",
    "Gift Card": "Gift card",
    "SEO Title": "SEO title",
    "SEO Description": "SEO description",
    "Variant Image": "Variant image URL",
    "Variant Weight Unit": "Weight unit for display",
    "Variant Tax Code": "Tax code",
    "Product Category": "Product category",
    "Compare At Price / EUR": "Compare-at price / EUR",
}
HEADER = OLD.split("\n", 1)[0]
NEW = OLD.replace(HEADER, ",".join(NEW_NAMES.get(name, name) for name in HEADER.split(",")))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("content", [OLD, NEW], ids=["old header", "new header"])
def test_a_product_is_read_whole_by_the_old_header_and_by_the_new(desk: Desk, content: str) -> None:
    assert counts(desk.take(content)) == (1, 0, 0, 0)

    top = desk.product("top")
    assert (top.title, top.description, top.vendor, top.type) == (
        "Varsity top",
        "<p>Warm.</p>",
        "Ada",
        "Tops",
    )
    assert (top.tags, top.status, top.gift_card) == (("warm", "new"), ProductStatus.ACTIVE, False)
    assert (top.seo_title, top.seo_description) == ("Top!", "A top.")
    assert top.options == (Option("Size", ("Small", "Medium")),)
    assert [(image.source_url, image.alt, image.picture) for image in top.images] == [
        ("https://cdn.example/b.jpg", "Back", ""),
        ("https://cdn.example/a.jpg", "Front", ""),
        ("https://cdn.example/c.jpg", "", ""),
    ]
    assert dict(top.extra) == {
        "Variant Weight Unit": "lb",
        "Variant Tax Code": "TAX1",
        "Product Category": "Apparel > Tops",
        "Cost per item": "12.00",
    }
    small, medium = top.variants
    assert (small.sku, small.options, small.stock_id) == ("TOP-S", ("Small",), "TOP-S")
    assert (small.prices, small.compare_at) == ({"USD": 6000, "EUR": 5500}, {"USD": 8000, "EUR": 7500})
    assert (small.weight_grams, small.barcode, small.taxable) == (453.59237, "0123", False)
    assert (small.image_url, small.requires_shipping) == ("https://cdn.example/a.jpg", True)
    assert (medium.sku, medium.prices, medium.requires_shipping) == ("TOP-MEDIUM", {"USD": 6100}, False)
    assert medium.extra == (("Variant Weight Unit", "kg"),)
    assert desk.pool("TOP-S") == StockPool("TOP-S", 7, policy=Policy.CONTINUE, cap=1_000_000)
    assert desk.pool("TOP-MEDIUM") == StockPool("TOP-MEDIUM", policy=Policy.UNTRACKED)


@pytest.mark.parametrize(("first", "second"), [(OLD, NEW), (NEW, OLD)])
def test_the_other_header_says_the_same(desk: Desk, first: str, second: str) -> None:
    desk.take(first)
    before = desk.state

    assert counts(desk.take(second)) == (0, 0, 1, 0)
    assert counts(desk.take(second, set_stock=True)) == (0, 0, 1, 0)
    assert desk.state == before


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + OLD.encode(),
        OLD.replace("\n", "\r\n").encode(),
        OLD.replace("\n", "\r").encode(),
        OLD.encode("utf-16"),
        OLD.replace("\n", "\r").encode("utf-16"),
        ("\n".join([OLD, "", ",,,", ""])).encode(),
    ],
    ids=["byte order mark", "CRLF", "CR", "UTF-16", "UTF-16 CR", "blank rows"],
)
def test_what_programs_do_to_files_changes_nothing(desk: Desk, content: bytes) -> None:
    desk.take(OLD)

    assert counts(desk.take(content)) == (0, 0, 1, 0)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_recognised_by_the_header(desk: Desk, delimiter: str) -> None:
    content = "Handle,Title,Body (HTML),Variant Price\nlamp,Lamp,'a, b',49.00\n"
    content = content.replace(",", delimiter).replace(f"'a{delimiter} b'", "'a, b'")

    assert counts(desk.take(content)) == (1, 0, 0, 0)
    assert desk.product("lamp").description == "'a, b'"


def test_line_breaks_in_cells_do_not_move_the_row_numbers(desk: Desk) -> None:
    report = desk.take(
        'Handle,Title,Body (HTML),Variant Price\nlamp,Lamp,"one\ntwo\nthree",4\n\ndesk,Desk,,x\n'
    )

    assert [row for row, _ in faults(report)] == [4]


@pytest.mark.parametrize("sign", ["\u2028", "\x0b", "\x85"])
def test_signs_that_end_no_line_of_a_csv_end_none_in_utf_16(desk: Desk, sign: str) -> None:
    desk.take(f"Handle,Title,Variant Price\nlamp,Oak{sign}lamp,4\n".encode("utf-16"))

    assert desk.product("lamp").title == f"Oak{sign}lamp"


def test_bodies_are_sanitised_before_they_are_stored(desk: Desk) -> None:
    body = '<p onclick="x()">Oak <script>alert(1)</script><img src=x onerror=y> &amp; ash</p>'

    desk.take([lamp(**{"Body (HTML)": body})])

    assert desk.product("lamp").description == '<p>Oak <img src="x"> &amp; ash</p>'


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-x", "@x", "\tx", "'=1", "''=1", "＝1", "\r=1", "'plain", "plain", "", "'"]
)
def test_a_formula_is_defused_and_restored(text: str) -> None:
    assert restored(defused(text)) == text
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_a_sku_is_made_of_handle_and_options_the_same_every_time() -> None:
    assert derived_sku("classic-varsity-top", ("Small",)) == "CLASSIC-VARSITY-TOP-SMALL"
    assert derived_sku("ocean-blue-shirt", ()) == "OCEAN-BLUE-SHIRT"
    assert derived_sku("lamp", ("Extra Large", "Oak")) == "LAMP-EXTRA LARGE-OAK"
    long = derived_sku("lamp", ("x" * 200,))
    assert len(long) == 120
    assert long == derived_sku("lamp", ("x" * 200,)) != derived_sku("lamp", ("x" * 201,))


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({}, ProductStatus.ACTIVE),
        ({"Published": "FALSE"}, ProductStatus.DRAFT),
        ({"Published": "true", "Status": "archived"}, ProductStatus.ARCHIVED),
        ({"Published": "false", "Status": "active"}, ProductStatus.DRAFT),
        ({"Published": "", "Status": "Draft"}, ProductStatus.DRAFT),
    ],
)
def test_a_product_is_for_shoppers_only_where_both_columns_say_so(
    desk: Desk, cells: dict[str, str], status: ProductStatus
) -> None:
    desk.take([lamp(**cells)])

    assert desk.product("lamp").status is status


WOO = """\
ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,Is featured?,Short description,Description,Tax status,\
In stock?,Stock,Low stock amount,Backorders allowed?,Weight (kg),Sale price,Regular price,Categories,Tags,\
Images,Parent,Position,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global
1,variable,woo-shirt,,Linen shirt,1,0,,<p>Linen.</p>,taxable,1,9,,0,0.25,,,"Clothing > Shirts, New",\
"linen, summer",\
"https://cdn.example/1.jpg, https://cdn.example/2.jpg",,0,Size,"S, M",1,1
2,simple,cap,401,Cap,-1,1,Short.,,none,0,,,0,0.1,15,20,Hats,,,,0,,,,
3,"simple, virtual",guide,,Guide,1,0,,,taxable,1,,,0,,,5,Books,,,,0,,,,
4,variation,woo-shirt-s,,Linen shirt - S,1,0,,,taxable,1,4,2,notify,,30,40,,,https://cdn.example/s.jpg,woo-shirt,0,\
Size,S,,1
5,variation,,,Linen shirt - M,1,0,,,taxable,1,parent,,0,0.3,,40,,,,id:1,1,Size,M,,1
"""


def test_woocommerce_is_recognised_and_its_variations_find_their_product(desk: Desk) -> None:
    report = desk.take(WOO)

    assert faults(report) == []
    assert counts(report) == (3, 0, 0, 0)
    shirt, cap, guide = desk.product("linen-shirt"), desk.product("cap"), desk.product("guide")
    assert (shirt.type, shirt.tags, shirt.options) == (
        "Shirts",
        ("linen", "summer"),
        (Option("Size", ("S", "M")),),
    )
    assert [image.source_url for image in shirt.images] == [
        "https://cdn.example/1.jpg",
        "https://cdn.example/2.jpg",
    ]
    assert ("WooCommerce / categories", "Clothing > Shirts, New") in shirt.extra
    small, medium = shirt.variants
    assert (small.sku, small.prices, small.compare_at) == ("WOO-SHIRT-S", {"USD": 3000}, {"USD": 4000})
    assert (small.weight_grams, medium.weight_grams) == (250.0, 300.0)
    assert (medium.sku, medium.stock_id, medium.compare_at) == ("LINEN-SHIRT-M", "WOO-SHIRT", {})
    assert small.image_url == "https://cdn.example/s.jpg"
    assert desk.pool("WOO-SHIRT-S") == StockPool("WOO-SHIRT-S", 4, 0, Policy.CONTINUE, 1_000_000, low_at=2)
    assert desk.pool("WOO-SHIRT") == StockPool("WOO-SHIRT", 9)
    assert (cap.status, cap.description, cap.variants[0].barcode) == (ProductStatus.DRAFT, "Short.", "401")
    assert (cap.variants[0].taxable, desk.pool("CAP")) == (False, StockPool("CAP", 0))
    assert guide.variants[0].requires_shipping is False
    assert desk.pool("GUIDE").policy is Policy.UNTRACKED


def test_a_second_woocommerce_import_and_the_export_of_it_change_nothing(desk: Desk) -> None:
    desk.take(WOO)
    before = desk.state

    assert counts(desk.take(WOO)) == (0, 0, 3, 0)
    assert counts(desk.take(WOO, set_stock=True)) == (0, 0, 3, 0)
    assert counts(desk.take(desk.give())) == (0, 0, 3, 0)
    assert desk.state == before


def test_what_woocommerce_writes_wrong_is_named_by_its_row(desk: Desk) -> None:
    header = "ID,Type,SKU,Name,Regular price,Parent,Weight (kg)\n"
    report = desk.take(
        header + "1,grouped,A,Set,5,,\n2,variable,B,Shirt,,,\n3,variation,C,Shirt - S,5,none,\n"
        "4,simple,D,Cap,x,,\n5,simple,E,Hat,5,,much\n6,simple,F,,5,,\n"
    )

    found = dict(reversed(faults(report)))
    assert found[2] == "Type is 'grouped', but must be simple, variable or variation."
    assert found[3] == "The variable product has no variation in this file."
    assert found[4] == "Parent is 'none', but no product of the file has that SKU or ID."
    assert "Price is 'x'" in found[5]
    assert found[6] == "weight (kg) is 'much', but must be a weight of 0 or more, such as 250 or 453.6."
    assert found[7] == "Name is empty."
    assert desk.products == []


def test_a_picture_that_is_here_keeps_its_file(desk: Desk) -> None:
    address = "https://cdn.example/a.jpg"
    desk.take([lamp(**{"Image Src": address, "Image Alt Text": "Old"})])
    product = desk.product("lamp")
    here = Image("pic_1a", "Old", 800, 600, "https://cdn.example/a.jpg")
    desk.memory.tables["products"][product.id] = type(product)(**{**vars(product), "images": (here,)})

    desk.take([lamp(**{"Image Src": "https://cdn.example/a.jpg", "Image Alt Text": "New"})])

    assert desk.product("lamp").images == (Image("pic_1a", "New", 800, 600, "https://cdn.example/a.jpg"),)
