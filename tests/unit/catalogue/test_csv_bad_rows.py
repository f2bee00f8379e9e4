"""Every kind of bad row is named by its number and its reason, and changes nothing."""

from __future__ import annotations

import pytest

from tests.import_desk import Desk, counts, faults, lamp


@pytest.fixture
def desk() -> Desk:
    return Desk()


GRAMS = "a weight of 0 or more, such as 250 or 453.6."
MONEY = "a plain amount in USD with at most 2 decimals, such as 12.50."
ROWS = [
    ({"Variant Price": "abc"}, f"Variant Price is 'abc', but must be {MONEY}"),
    ({"Variant Price": "12,50"}, f"Variant Price is '12,50', but must be {MONEY}"),
    ({"Variant Price": "12.505"}, f"Variant Price is '12.505', but must be {MONEY}"),
    ({"Variant Price": "-1"}, f"Variant Price is '-1', but must be {MONEY}"),
    ({"Variant Price": ""}, "Variant Price is empty: a variant without a price cannot be sold."),
    ({"Variant Compare At Price": "x"}, f"Variant Compare At Price is 'x', but must be {MONEY}"),
    ({"Title": " "}, "Title is empty."),
    (
        {"Handle": "oak lamp!"},
        "Handle is 'oak lamp!', but must be lower-case letters, digits and single hyphens.",
    ),
    ({"Variant SKU": "A\tB"}, "Variant SKU is 'A\\tB', but must be 1 to 120 printable characters."),
    (
        {"Variant Grams": "heavy"},
        f"Variant Grams is 'heavy', but must be {GRAMS}",
    ),
    (
        {"Variant Grams": "-5"},
        f"Variant Grams is '-5', but must be {GRAMS}",
    ),
    ({"Variant Taxable": "maybe"}, "Variant Taxable is 'maybe', but must be true or false."),
    ({"Variant Requires Shipping": "2"}, "Variant Requires Shipping is '2', but must be true or false."),
    ({"Published": "soon"}, "Published is 'soon', but must be true or false."),
    ({"Gift Card": "x"}, "Gift Card is 'x', but must be true or false."),
    ({"Status": "asleep"}, "Status is 'asleep', but must be active, draft or archived."),
    (
        {"Variant Inventory Qty": "1.5"},
        "Variant Inventory Qty is '1.5', but must be a whole number from -1000000000 to 1000000000.",
    ),
    (
        {"Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "perhaps"},
        "Variant Inventory Policy is 'perhaps', but must be deny or continue.",
    ),
    (
        {"Image Src": "javascript:alert(1)"},
        "Image Src is 'javascript:alert(1)', but must be an address that begins with https:// "
        "or a file's name.",
    ),
    (
        {"Image Src": "a.jpg", "Image Position": "0"},
        "Image Position is '0', but must be a whole number from 1 to 1000000000.",
    ),
    ({"Option1 Name": "Size"}, "Option1 Value is empty, but the product has 'Size'."),
    (
        {"Option1 Name": "Size", "Option1 Value": "S", "Option2 Value": "Oak"},
        "Option2 Value is 'Oak', but the first row names no such option.",
    ),
    ({"Option2 Name": "Size", "Option2 Value": "S"}, "An option's name is empty before one that is not."),
    (
        {"Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "size", "Option2 Value": "S"},
        "Two options have one name: Size, size.",
    ),
    (
        {"Price / EUR": "9,90"},
        "Price / EUR is '9,90', but must be a plain amount in EUR with at most 2 decimals, such as 12.50.",
    ),
    (
        {"Price / JPY": "9.90"},
        "Price / JPY is '9.90', but must be a plain amount in JPY with at most 0 decimals, such as 1200.",
    ),
]


@pytest.mark.parametrize(
    ("cells", "reason"), ROWS, ids=[next(iter(cells)) + str(n) for n, (cells, _) in enumerate(ROWS)]
)
def test_a_bad_cell_is_named_and_nothing_is_written(desk: Desk, cells: dict[str, str], reason: str) -> None:
    before = desk.state
    good = lamp(**{"Handle": "desk", "Title": "Desk", "Variant SKU": "DESK"})

    report = desk.take([good, lamp(**cells)])

    assert faults(report) == [(3, reason)]
    assert counts(report) == (0, 0, 0, 1)
    assert not report.is_written
    assert desk.state == before
    assert desk.reporter.said == ["checking"]


def test_all_faults_of_a_file_are_said_at_once_in_the_order_of_the_rows(desk: Desk) -> None:
    report = desk.take(
        [
            lamp(**{"Variant Price": "x", "Variant Taxable": "y"}),
            lamp(**{"Handle": "desk", "Variant SKU": "lamp"}),
            lamp(**{"Handle": "", "Title": "", "Variant SKU": "B"}),
        ]
    )

    assert [row for row, _ in faults(report)] == [2, 2, 3, 4, 4]
    assert (3, "The SKU LAMP stands in row 2 already.") in faults(report)
    assert (4, "Handle is empty, and there is no Title to make one from.") in faults(report)
    assert report.failed == 3


def test_variants_of_one_product_must_differ_in_sku_and_options(desk: Desk) -> None:
    first = lamp(**{"Option1 Name": "Size", "Option1 Value": "S"})
    report = desk.take(
        [
            first,
            {"Handle": "lamp", "Option1 Value": "M", "Variant SKU": "LAMP", "Variant Price": "1"},
            {"Handle": "lamp", "Option1 Value": "S", "Variant SKU": "LAMP-2", "Variant Price": "1"},
        ]
    )

    assert faults(report) == [
        (3, "The SKU LAMP stands in row 2 already."),
        (4, "The variant has the options S, as that of row 2 has."),
    ]


def test_a_sku_of_another_product_of_the_shop_is_refused(desk: Desk) -> None:
    desk.take([lamp()])

    report = desk.take([lamp(**{"Handle": "desk"})])

    assert faults(report) == [(2, "The SKU LAMP belongs to the product 'lamp'.")]


def test_rows_of_one_product_must_follow_one_another(desk: Desk) -> None:
    other = lamp(**{"Handle": "desk", "Variant SKU": "DESK"})
    report = desk.take([lamp(), other, lamp(**{"Variant SKU": "LAMP-2"})])

    assert faults(report) == [
        (4, "'lamp' has rows from row 2 on already: rows of a product belong together.")
    ]


def test_a_row_that_is_neither_variant_nor_picture_is_refused(desk: Desk) -> None:
    report = desk.take([lamp(), {"Handle": "lamp", "Image Alt Text": "A lamp"}])

    assert faults(report) == [
        (3, "The row names neither a variant (option, SKU or price) nor a picture (Image Src).")
    ]


def test_with_keep_going_only_the_products_concerned_are_left_out(desk: Desk) -> None:
    bad = lamp(**{"Handle": "desk", "Variant SKU": "DESK", "Variant Price": "x"})

    report = desk.take([lamp(), bad], keep_going=True)

    assert counts(report) == (1, 0, 0, 1)
    assert report.is_written
    assert [row for row, _ in faults(report)] == [3]
    assert [product.slug for product in desk.products] == ["lamp"]


@pytest.mark.parametrize(
    ("content", "row", "reason"),
    [
        (b"", 1, "The file is empty: its first row must name the columns."),
        (b"Colour,Weight\nred,3\n", 1, "The header is neither Shopify's"),
        (b"Handle,Title,Handle\n", 1, "Column 3 is 'Handle' a second time"),
        (b"Handle,Title,URL handle\n", 1, "Column 3 is 'Handle' a second time"),
        (b"Handle,Title,Price / USD,Variant Price\n", 1, "Column 4 is 'Variant Price' a second time"),
        (
            b"Handle,Title,Price / ISK\n",
            1,
            "Price / ISK is 'ISK', but must be one whose decimals are certain",
        ),
        (b"Handle,Title\nlamp,L\xe4mp\n", 2, "The byte E4 is not UTF-8: save the file as 'CSV UTF-8'."),
        (b'Handle,Title\nlamp,"Lamp\n', 2, "a quotation mark that opens here is never closed"),
        (b'Handle,Title\nlamp,"La"mp\n', 2, "check its quotation marks"),
        (b"Handle,Title\nlamp,La\rmp\n", 2, "check its quotation marks and line ends"),
        (b"\x89PNG\r\n\x1a\n\0\0\xff", 1, "The byte 89 is not UTF-8: save the file as 'CSV UTF-8'."),
        (b"PK\x03\x04\x14\0\x08\xff\r\r", 1, "The byte FF is not UTF-8"),
        (b"PK\x03\x04\x14\0\r\r\xff", 1, "The header is neither Shopify's"),
        ("H\xe4ndle,Title\n".encode("latin-1"), 1, "The byte E4 is not UTF-8"),
        (b"\xff\xfeH\0a\0n", 1, "The file begins as UTF-16, but is not: save it as 'CSV UTF-8'."),
        (b"x" * 11_000_000, 1, "The row cannot be read (field larger than field limit (10000000))"),
    ],
)
def test_a_file_that_cannot_be_read_is_never_written(
    desk: Desk, content: bytes, row: int, reason: str
) -> None:
    before = desk.state

    report = desk.take(content, keep_going=True)

    assert [fault.row for fault in report.errors] == [row]
    assert reason in report.errors[0].reason
    assert desk.state == before


def test_cells_beyond_the_header_and_below_no_name_are_not_lost_in_silence(desk: Desk) -> None:
    report = desk.take("Handle,Title,,Variant Price\nlamp,Lamp,red,4,5\n")

    assert faults(report) == [
        (2, "The row has 5 cells, but the header has 4 columns."),
        (2, "Column 3 has no name in the header."),
    ]


def test_a_price_that_cannot_be_read_is_one_fault(desk: Desk) -> None:
    report = desk.take([lamp(**{"Variant Price": "x"}), lamp(**{"Handle": "cup", "Variant SKU": "CUP"})])

    assert [(fault.row, fault.column) for fault in report.errors] == [(2, "Variant Price")]
    assert report.errors[0].reason == f"Variant Price is 'x', but must be {MONEY}"


def test_a_price_that_is_emptied_beside_a_bad_compare_at_price_is_a_fault_of_its_own(desk: Desk) -> None:
    report = desk.take([lamp(**{"Variant Price": "", "Variant Compare At Price": "x"})])

    assert [fault.column for fault in report.errors] == ["Variant Compare At Price", "Variant Price"]


def test_a_bad_shape_is_a_fault_of_an_unchanged_product_too(desk: Desk) -> None:
    desk.take("Handle,Title,Variant Price\nlamp,Lamp,4.00\n")

    for set_stock in (False, True):
        report = desk.take("Handle,Title,Variant Price\nlamp,Lamp,4.00,red\n", set_stock=set_stock)
        assert faults(report) == [(2, "The row has 4 cells, but the header has 3 columns.")]


def test_a_size_that_is_missing_twice_is_one_fault_a_row(desk: Desk) -> None:
    sizes = [
        {"Variant SKU": sku, "Option1 Value": value} for sku, value in (("S", "S"), ("M", ""), ("L", ""))
    ]
    first, *others = [lamp(**cells) for cells in sizes]

    report = desk.take([first | {"Option1 Name": "Size"}, *others])

    assert faults(report) == [(row, "Option1 Value is empty, but the product has 'Size'.") for row in (3, 4)]
