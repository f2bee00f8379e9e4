"""The docs are tested: what exists is found in them, and what they name exists."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import StrEnum
from pathlib import Path

import click
import pytest

import app
from app.adapters.mongo.schema import COLLECTIONS
from app.cli import vitrine
from app.effects.queue import CARRY_OUT_EFFECT, DERIVE_PICTURE, HANDLE_EVENT, QUEUES
from app.orders.model import TRANSITIONS
from app.settings import Settings
from jobs.cron import SWEEPS
from jobs.worker import JOBS
from sitegen.generator import manifest_path

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "deploy/**/*.md", "bench/**/*.md")
    for path in ROOT.glob(pattern)
)
EXAMPLE = ROOT / ".env.example"
README, GLOSSARY = ROOT / "README.md", ROOT / "docs" / "glossary.md"
ARCHITECTURE, DEVELOPMENT = ROOT / "docs" / "architecture.md", ROOT / "docs" / "development.md"

SETTING = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
DOTTED = re.compile(r"`((?:app|sitegen|jobs)(?:\.\w+)+)`")
PATHS = re.compile(
    r"`((?:app|sitegen|jobs|templates|static|tests|deploy|bench|docs|locales)/[\w./-]*|\.[\w./-]+)`"
)
URL_HOST = re.compile(r"\w+://(?:[^\s/@]*@)?([\w.-]+)")
HOSTS = re.compile(r"127\.0\.0\.1|localhost|checkout\.stripe\.com|(?:[\w-]+\.)*example|[a-z]+")
"""Where documents may point: this machine, Stripe's page, made-up names, servers of a compose file."""
DOMAIN = re.compile(r"\b(?:[\w-]+\.)+(?:com|org|net|io|dev|golang)\b")
DOMAINS = {"checkout.stripe.com", "schema.org"}
HOME_FOLDER = re.compile(r"/home/\w|/Users/\w|[A-Z]:\\")
ADR_LINES = 40


def text_of(*paths: Path) -> str:
    """Return what these files say, one after the other."""
    return "\n".join(path.read_text("utf-8") for path in paths)


def code_in(*paths: Path) -> str:
    """Return what stands in code type in these files."""
    return "\n".join(CODE.findall(text_of(*paths)))


def variables() -> set[str]:
    """Return the environment's name of every setting."""
    return {field.alias or f"VITRINE_{name.upper()}" for name, field in Settings.model_fields.items()}


def asked_by_compose() -> set[str]:
    """Return every variable that the compose file takes from `.env`."""
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))


def commands(group: click.Group = vitrine, *above: str) -> Iterator[str]:
    """Yield every command as it is typed: `vitrine site build`."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        else:
            yield " ".join(("vitrine", *above, name))


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def models() -> Iterator[type]:
    """Yield every model of the domain's rooms; errors are named by their sentences."""
    for room in pkgutil.iter_modules(app.__path__, "app."):
        try:
            module = importlib.import_module(f"{room.name}.model")
        except ModuleNotFoundError:
            continue
        for found in vars(module).values():
            is_own = isinstance(found, type) and found.__module__ == module.__name__
            if (
                is_own
                and not issubclass(found, Exception)
                and (is_dataclass(found) or issubclass(found, StrEnum))
            ):
                yield found


def exists(dotted: str) -> bool:
    """Say whether a module, or a name in it, is called so."""
    try:
        pkgutil.resolve_name(dotted)
    except (ImportError, AttributeError):
        return False
    return True


def anchors(path: Path) -> set[str]:
    """Return the anchors that a page's headings have where the repository is shown."""
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")
        for heading in HEADING.findall(path.read_text("utf-8"))
    }


def test_the_example_environment_names_the_settings_and_nothing_else() -> None:
    """`.env.example` names the settings and what the compose file asks for besides, each once."""
    named = [name for name, _ in SETTING.findall(EXAMPLE.read_text("utf-8"))]

    assert sorted(named) == sorted(variables() | asked_by_compose())


def test_the_example_environment_sets_nothing_when_it_is_copied() -> None:
    """Every line is a comment with an example: an empty value would be a fault, not a default."""
    lines = EXAMPLE.read_text("utf-8").splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []
    assert [name for name, value in SETTING.findall("\n".join(lines)) if not value] == []


@pytest.mark.parametrize("name", sorted(name for name in Settings.model_fields))
def test_the_example_environment_tells_the_default_of_each_setting(name: str) -> None:
    """A default in the code stands as it is in the example's text."""
    default = Settings.model_fields[name].default
    if default in (None, False, (), True) or "secret" in name or "key" in name:
        return

    assert str(default) in EXAMPLE.read_text("utf-8")


@pytest.mark.parametrize(
    "job",
    sorted({HANDLE_EVENT, CARRY_OUT_EFFECT, DERIVE_PICTURE, *(f"{j.__module__}.{j.__name__}" for j in JOBS)}),
)
def test_every_job_is_explained(job: str) -> None:
    """Architecture says what each job does."""
    assert f"`{job}`" in text_of(ARCHITECTURE)


@pytest.mark.parametrize("sweep", [sweep.name for sweep in SWEEPS])
def test_every_sweep_is_explained(sweep: str) -> None:
    """Architecture says what each sweep does, and how often."""
    seconds = next(found.every_seconds for found in SWEEPS if found.name == sweep)
    row = next(line for line in text_of(ARCHITECTURE).splitlines() if line.startswith(f"| sweep `{sweep}` |"))

    assert f"every {seconds:g} s" in row


@pytest.mark.parametrize("queue", QUEUES)
def test_every_queue_is_named_in_the_readme(queue: str) -> None:
    """Who starts a worker must know its queue."""
    assert f"`{queue}`" in text_of(README)


def test_every_component_is_explained_and_no_other() -> None:
    """Development's table of components and the folder hold the same names."""
    table = text_of(DEVELOPMENT).split("## Components")[1]
    named = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)

    assert sorted(named) == sorted(path.stem for path in (ROOT / "templates/components").glob("*.html"))


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_in_the_readme(command: str) -> None:
    """The table of commands is complete."""
    assert re.search(rf"`{command}\b", text_of(README))


@pytest.mark.parametrize("path", [*DOCS, EXAMPLE], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_is_named_exists(path: Path) -> None:
    """No doc promises a command or a target that is not there."""
    known = set(commands())
    groups = {command.rsplit(" ", 1)[0] for command in known} - {"vitrine"}
    named = re.findall(
        r"(?<![\w./-])vitrine ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", code_in(path).replace("&& cd vitrine", "")
    )
    unknown = {
        words
        for words in named
        if f"vitrine {words}" not in known | groups and f"vitrine {words.split()[0]}" not in known
    }
    made = set(re.findall(r"(?<![\w./-])make ([a-z][a-z-]*)", code_in(path)))

    assert unknown == set()
    assert made - targets() == set()


@pytest.mark.parametrize("model", sorted(models(), key=lambda model: f"{model.__module__}.{model.__name__}"))
def test_every_model_is_in_the_glossary(model: type) -> None:
    """One word a thing: the code's names, and the values of its enumerations."""
    glossary = text_of(GLOSSARY)

    assert f"`{model.__name__}`" in glossary
    if issubclass(model, StrEnum):
        assert [value for value in model if f"`{value}`" not in glossary] == []


def test_no_word_of_the_glossary_is_explained_twice() -> None:
    """A table row is one thing."""
    cells = re.findall(r"^\| ([^|]+?) \|", text_of(GLOSSARY), re.MULTILINE)
    words = [word for cell in cells for word in cell.split(", ") if word != "word" and cell.strip("-")]

    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert len(words) > 60


@pytest.mark.parametrize("room", sorted(path.parent.name for path in (ROOT / "app").glob("*/__init__.py")))
def test_every_room_is_in_the_table_of_rooms(room: str) -> None:
    """Who looks for a room finds what it is and whom it may import."""
    table = text_of(ARCHITECTURE).split("## Rooms")[1].split("\n## ")[0]
    cells = "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| "))

    assert f"`app.{room}`" in cells


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_every_queue_has_its_worker_among_the_processes(queue: str) -> None:
    """The drawing, and the list of what runs in production."""
    processes = text_of(ARCHITECTURE).split("## Processes")[1].split("\n## ")[0]

    assert re.search(rf"^ +worker {queue}\b", processes, re.MULTILINE)
    assert f"`vitrine worker {queue}`" in processes


def test_everything_that_the_shop_keeps_in_the_data_folder_is_explained(tmp_path: Path) -> None:
    """Whoever saves or moves a shop must know what lies there."""
    settings = Settings(data=tmp_path)
    kept = {settings.public, settings.media, settings.search_index, manifest_path(settings)}
    kept = {tmp_path / path.relative_to(tmp_path).parts[0] for path in kept}
    table = text_of(ARCHITECTURE).split("The data folder")[1].split("\n\n")[1]
    first_cells = "\n".join(line.split("|")[1] for line in table.splitlines())

    assert [path.name for path in sorted(kept) if f"`{path.name}" not in first_cells] == []


@pytest.mark.parametrize("collection", [shape.name for shape in COLLECTIONS])
def test_every_collection_of_the_database_is_explained(collection: str) -> None:
    """Architecture says what one document of each collection is."""
    data = text_of(ARCHITECTURE).split("## Data")[1]
    first_cells = "\n".join(line.split("|")[1] for line in data.splitlines() if line.startswith("| `"))

    assert f"`{collection}`" in first_cells


@pytest.mark.parametrize("state", list(TRANSITIONS))
def test_the_table_of_order_states_is_that_of_the_code(state: str) -> None:
    """Each row names exactly the states that follow."""
    section = text_of(ARCHITECTURE).split("### States")[1].split("###")[0]
    row = next(line for line in section.splitlines() if line.startswith(f"| `{state}` |"))

    assert sorted(re.findall(r"`(\w+)`", row)[1:]) == sorted(TRANSITIONS[state])


def test_every_kind_of_dependency_key_is_explained() -> None:
    """Architecture's table has a row for each projection that the code declares."""
    from app.web.contexts import projections

    makers = (
        "page_key",
        "crumbs_key",
        "band_key",
        "collection_key",
        "content_key",
        "picture_key",
    )
    keys = [str(getattr(projections, maker)("<id>")) for maker in makers]
    keys += [str(projections.card_key("<id>", "<currency>"))]
    keys += [str(projections.lastmod_key("<kind>", "<id>")), str(projections.collections_key())]
    keys += [str(projections.result_key("<id>", "<market>", 0)).replace("/0", "/<n>")]
    keys += [str(projections.LAYOUT), str(projections.CODE), str(projections.PUBLISHED)]
    table = text_of(ARCHITECTURE)

    assert [key for key in keys if f"| `{key}` |" not in table] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    """Relative links name files that are there, and headings that are in them."""
    broken = []
    for target in LINK.findall(path.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_name_and_path_of_the_code_exists(path: Path) -> None:
    """A module, a class or a file that a doc names in code type is there."""
    text = path.read_text("utf-8")
    names = [name for name in DOTTED.findall(text) if not exists(name)]
    files = [
        name
        for name in PATHS.findall(text)
        if not (ROOT / name).exists()
        and name.rstrip("/") not in (".vitrine", ".venv", ".env", ".br", ".gz", ".eml", ".po")
    ]

    assert names == []
    assert files == []


@pytest.mark.parametrize("path", [*DOCS, EXAMPLE], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_doc_knows_a_developers_machine_or_a_package_registry(path: Path) -> None:
    """The docs are true on every machine, and the lock names no host."""
    text = path.read_text("utf-8")

    assert [host for host in URL_HOST.findall(text) if not HOSTS.fullmatch(host)] == []
    assert set(DOMAIN.findall(text)) <= DOMAINS
    assert [folder for folder in (str(ROOT), str(Path.home())) if f"{folder}/" in text] == []
    assert HOME_FOLDER.findall(text) == []


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "docs/adr").glob("0*.md")), ids=lambda path: path.name)
def test_every_decision_is_short_numbered_and_listed(path: Path) -> None:
    """Context, decision, consequences; at most forty lines; in the list."""
    text = path.read_text("utf-8")
    number = int(path.name[:4])

    assert text.startswith(f"# {number}. ")
    assert len(text.splitlines()) <= ADR_LINES
    assert [
        word for word in ("Context", "Decision", "Consequences") if word.lower() not in text.lower()
    ] == []
    assert f"| {number} | [" in text_of(ROOT / "docs/adr/README.md")
    assert f"({path.name})" in text_of(ROOT / "docs/adr/README.md")


def test_the_docs_are_there() -> None:
    """An empty list of files would pass every test above."""
    names = {path.relative_to(ROOT).as_posix() for path in DOCS}

    assert names >= {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/architecture.md",
        "docs/glossary.md",
        "docs/coming-from-mern.md",
        "docs/development.md",
        "docs/adr/0001-freeze-the-same-app-into-staging.md",
    }
