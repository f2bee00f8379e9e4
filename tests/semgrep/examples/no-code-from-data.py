import ast
import json
import pickle

from flask import render_template_string


def read(text: str) -> object:
    # ruleid: no-code-from-data
    eval(text)
    # ruleid: no-code-from-data
    pickle.loads(text.encode())
    # ruleid: no-code-from-data
    render_template_string(text)
    # ok: no-code-from-data
    ast.literal_eval(text)
    # ok: no-code-from-data
    return json.loads(text)
