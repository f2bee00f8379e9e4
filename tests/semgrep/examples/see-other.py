from flask import redirect


def done():
    # ruleid: see-other
    return redirect("/cart")


def moved():
    # ok: see-other
    return redirect("/cart", code=303)
