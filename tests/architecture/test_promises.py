"""What is promised about all of the portal, whichever feature it stands in."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade

from portal.app import MENU, MOST_MENU_ENTRIES, create_app
from portal.config import ROOT
from portal.extensions import db
from portal.kernel import access
from portal.kernel.audit import Audited
from portal.policy import GRANTS, Reach, Role
from tests.conftest import configuration

RULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for pattern in ("portal/*/rules.py", "portal/*/rules/*.py")
    for path in ROOT.glob(pattern)
)

# A script either has an address of its own, or is plain text, which no browser runs.
_SCRIPT = r"<script(?![^>]*\ssrc=|\stype=\"text/plain\")"
UNSAFE = (r"\|\s*safe\b", r"autoescape false", r"\sstyle\s*=", r"\son[a-z]+\s*=\s*[\"']", _SCRIPT)

TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("architecture")
    app = create_app(configuration(f"sqlite:///{folder / 'portal.db'}", folder))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_rules_load_without_flask_or_sqlalchemy():
    code = (
        "import importlib, sys\n"
        f"for name in {[*RULES, 'portal.policy', 'portal.kernel.workflow', 'portal.kernel.dates']!r}:\n"
        "    importlib.import_module(name.removesuffix('.__init__'))\n"
        "print(sorted({'flask', 'sqlalchemy', 'wtforms', 'flask_login'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert len(RULES) >= 10


def test_the_worker_knows_every_kind_of_job(tmp_path):
    """A handler in a module that nothing imports would be found by its tests, and by no worker."""
    code = (
        "import importlib, pkgutil, wsgi, portal\n"
        "from portal.kernel import jobs\n"
        "known = set(jobs._handlers)\n"
        "for module in pkgutil.walk_packages(portal.__path__, 'portal.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted(set(jobs._handlers) - known), len(known))\n"
    )
    environment = {**os.environ, "INSTANCE_FOLDER": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    missing, number = run.stdout.strip().rsplit(" ", 1)
    assert missing == "[]"
    assert int(number) >= 9


def test_every_view_declares_its_access_for_every_method(portal):
    assert access.undeclared(portal) == []
    for rule in portal.url_map.iter_rules():
        declared = access.declared_by(portal, rule.endpoint)
        for method in rule.methods:
            assert declared.public or declared.action(method), f"{rule.endpoint} {method}"


def test_an_undeclared_view_keeps_the_portal_from_starting(tmp_path, monkeypatch):
    import portal.home.views as home

    monkeypatch.delattr(home.index, "declared")
    with pytest.raises(RuntimeError, match="home.index"):
        create_app(configuration(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path))


def test_declaring_access_twice_is_refused():
    with pytest.raises(TypeError, match="twice"):
        access.public("again")(access.public("once")(lambda: ""))


def test_only_get_and_post_are_used(portal):
    methods = {method for rule in portal.url_map.iter_rules() for method in rule.methods}
    assert methods <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_parse_and_hold_nothing_unsafe(portal, template):
    source = template.read_text()
    portal.jinja_env.parse(source)
    markup = re.sub(r"\{[{%#].*?[}%#]\}", "", source, flags=re.DOTALL)
    for unsafe in UNSAFE:
        assert not re.search(unsafe, source if "safe" in unsafe else markup), f"{template.name} holds {unsafe}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_post_form_carries_its_token(template):
    source = template.read_text()
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.DOTALL | re.IGNORECASE):
        assert "csrf_token" in form or "hidden_tag" in form, form[:200]


def test_code_holds_no_unsafe_markup():
    for path in (ROOT / "portal").rglob("*.py"):
        source = path.read_text()
        assert "render_template_string" not in source, path
        if path.relative_to(ROOT / "portal").as_posix() not in ("kernel/forms.py", "kernel/assets.py"):
            assert not re.search(r"\bMarkup\(", source), path


def test_migrations_and_models_agree(tmp_path):
    app = create_app(configuration(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path))
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
            assert compare_metadata(context, db.metadata) == []
        db.engine.dispose()


def test_nobody_has_more_than_five_menu_entries_and_each_leads_somewhere(portal):
    for role in Role:
        entries = MENU[role]
        assert len(entries) <= MOST_MENU_ENTRIES, role
        for entry in entries:
            assert entry.endpoint in portal.view_functions, entry
            assert GRANTS[role].get(entry.action, Reach.NOTHING) is not Reach.NOTHING, (role, entry)


def test_every_audited_part_leads_to_its_whole():
    for mapper in db.Model.registry.mappers:
        through = getattr(mapper.class_, "audited_through", None)
        if issubclass(mapper.class_, Audited) and through:
            assert through in mapper.relationships, mapper.class_.__name__


def test_the_project_names_no_registry_and_no_path_of_a_machine():
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    forbidden = re.compile(r"pypi\.org|registry\.npmjs|files\.pythonhosted|" + "/ro" + r"ot/|\.\./sha" + "red")
    for name in tracked:
        path = Path(ROOT / name)
        if path.suffix in (".png", ".woff2", ".xlsx") or not path.is_file():
            continue
        assert not forbidden.search(path.read_text(errors="replace")), name


def test_every_secret_field_is_known_by_its_name():
    """An error page that comes before the form is built can only tell a secret by its name."""
    from portal.kernel.error_pages import _is_kept_back
    from portal.kernel.forms import PortalForm, SecretField

    def forms_below(form):
        return [form, *(below for one in form.__subclasses__() for below in forms_below(one))]

    checked = 0
    for form in forms_below(PortalForm):
        for name, field in vars(form).items():
            if getattr(field, "field_class", None) is SecretField:
                assert _is_kept_back(name, None), f"{form.__name__}.{name}"
                checked += 1
    assert checked >= 4
