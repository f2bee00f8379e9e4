from markupsafe import Markup


def title(text: str) -> Markup:
    # ruleid: markup
    return Markup(f"<b>{text}</b>")


def name(text: str) -> Markup:
    # ruleid: markup
    return Markup(text)


def paragraph(text: str) -> Markup:
    # ok: markup
    return Markup("<p>{}</p>").format(text)
