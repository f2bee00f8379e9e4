from flask import request


def find(products):
    # ruleid: forms-are-text
    asked = request.get_json()
    # ruleid: forms-are-text
    products.find_one({"slug": request.json["slug"]})
    # ok: forms-are-text
    return asked or products.find_one({"slug": request.form.get("slug", "")})
