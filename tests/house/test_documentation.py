"""What the documents say is what the code does: proven by enumeration."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest

import dockwire
from dockwire import errors
from dockwire.errors import DockwireError
from dockwire.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTES = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def tracked(*patterns: str) -> list[Path]:
    """Return the files under version control, or all files where there is no repository."""
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_every_setting_is_in_the_readme_and_the_reverse() -> None:
    told = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", README))
    assert told == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(
        re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(re.findall(r"`?make ([a-z]+)", README)) - {"and"} <= targets


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_decision_notes_follow_one_form(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    assert text.startswith("# ")
    for part in ("Context: ", "Decision: ", "Rejected: ", "Would change it: "):
        assert f"\n{part}" in text, part


def test_decision_notes_are_numbered_without_gaps() -> None:
    assert [int(note.name[:4]) for note in NOTES] == list(range(1, len(NOTES) + 1))


def _errors() -> list[type[DockwireError]]:
    return [
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, DockwireError) and found is not DockwireError
    ]


@pytest.mark.parametrize("error", _errors(), ids=lambda error: error.__name__)
def test_every_error_is_in_the_tree_with_its_action_and_fixer(error: type[DockwireError]) -> None:
    line = next(
        line for line in (errors.__doc__ or "").splitlines() if re.search(rf"- {error.__name__}\b", line)
    )
    if error.__name__ != "RemoteError":
        assert re.search(rf"\b{error.action.value}\s+{error.fixer.value}\b", line)


def test_every_public_name_of_dockwire_has_a_docstring() -> None:
    missing = []
    for module in pkgutil.walk_packages(dockwire.__path__, "dockwire."):
        if ".migrations" in module.name:
            continue
        source = importlib.util.find_spec(module.name)
        assert source is not None
        assert source.origin is not None
        tree = ast.parse(Path(source.origin).read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            missing.append(module.name)
        missing += [
            f"{module.name}.{node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and node in tree.body
            and not ast.get_docstring(node)
        ]
    assert missing == []


def test_the_top_level_packages_are_ours() -> None:
    for name in ("flows", "tasks", "blocks", "deployments"):
        module = importlib.import_module(name)
        assert Path(str(module.__file__)).is_relative_to(ROOT), name


def test_every_flow_is_deployed() -> None:
    from deployments.plan import FLOWS, SITE_FLOWS

    flows = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert {cadence.flow.name.replace("-", "_") for cadence in (*FLOWS, *SITE_FLOWS)} == flows


def test_every_kind_of_notice_is_explained_with_its_urgency_and_options() -> None:
    from dockwire.model.notice import RULES, NoticeKind

    page = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^### `([a-z_]+)`$\n(.*?)(?=^#|\Z)", page))
    assert list(sections) == [kind.value for kind in NoticeKind]
    for kind, rule in RULES.items():
        for part in ("When: ", "What it means: ", "What to do: "):
            assert f"\n{part}" in f"\n{sections[kind]}", (kind, part)
        assert ("Urgent" in sections[kind]) is rule.urgent, kind
        assert ("`escalate`" in sections[kind]) is rule.escalates, kind
        assert ("No digest" in sections[kind]) is not rule.digests, kind


def test_tests_use_working_stand_ins_and_no_mocks() -> None:
    words = re.compile(r"\b(Magic|Async)Mock\b|mock\.patch|monkeypatch\.setattr")
    guilty = [
        path.name
        for path in tracked("tests/*.py")
        if path != Path(__file__) and words.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def test_no_file_names_a_package_index() -> None:
    words = re.compile(r"pypi\.org|pythonhosted|--index-url|registry\.npmjs|deb\.debian")
    guilty = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path != Path(__file__) and words.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert guilty == []
