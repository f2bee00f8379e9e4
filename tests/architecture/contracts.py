"""A contract for import-linter: a module may import what its room allows, and nothing else.

import-linter's own contracts forbid; this one permits, which is how the table of
docs/architecture.md is written. A contract's name says why it exists.
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowList(Contract):
    """Modules that match `modules` import only what matches `allowed`, of the project and of outside.

    Patterns are those of a shell: `app.*.model`. `{room}` in `allowed` stands for the
    first two parts of the importing module's name. `outside` lists the libraries
    that may be imported besides; the standard library always may.
    """

    modules = fields.ListField(subfield=fields.StringField())
    excluding = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    allowed = fields.ListField(subfield=fields.StringField())
    outside = fields.ListField(subfield=fields.StringField(), required=False, default=["*"])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Return every import that the lists do not cover."""
        roots = tuple(self.session_options["root_packages"])
        checked, broken = 0, []
        for importer in sorted(graph.modules):
            if not matches(importer, self.modules) or matches(importer, self.excluding):
                continue
            checked += 1
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                library = imported.split(".")[0]
                if library in sys.stdlib_module_names:
                    continue
                is_inside = library in roots
                if not matches(imported, self._permitted(importer) if is_inside else self.outside):
                    broken.append((importer, imported))
        if not checked:
            # A pattern that matches no module would pass for ever.
            broken.append((", ".join(self.modules), "(no such module)"))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that is not allowed."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} may not import {imported}", bold=False)

    def _permitted(self, importer: str) -> list[str]:
        room = ".".join(importer.split(".")[:2])
        return [pattern.replace("{room}", room) for pattern in self.allowed]


def matches(name: str, patterns: Any) -> bool:
    """Say whether a dotted name matches one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
