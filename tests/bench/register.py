"""The national school register: 52,000 lines in, again, and a search among them."""

import csv
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

import structlog
from flask.testing import FlaskClient
from flask_migrate import upgrade

from portal.accounts.models import Person, RoleAssignment
from portal.accounts.operations.sign_in import open_session
from portal.app import Portal, create_app
from portal.cli import seed
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.database import mode
from portal.kernel.unit_of_work import writing
from portal.policy import Role
from portal.schools.operations import RegisterResult, import_schools
from tests.bench.harness import Report, cpu, noise, pairs, ratio
from tests.conftest import configuration
from tests.register_file import schools, write_register

ALL, FEW = 52_000, 500
SEARCHES = ("hornbeam", "acorn maple", "101234", "paignton")


def run(report: Report) -> None:
    """Adds the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_register(folder / "all.csv", schools(ALL))
        few = write_register(folder / "few.csv", schools(FEW, first_urn=101_000))
        large, small = _portal(folder / "large"), _portal(folder / "small")
        _imports(report, large, path)
        with small.app_context(), writing():
            import_schools(few)
        _searches(report, _client(large), _client(small))


def _portal(folder: Path) -> Portal:
    folder.mkdir()
    app = create_app(configuration(f"sqlite:///{folder / 'portal.db'}", folder))
    with app.app_context():
        upgrade()
        seed()
    return app


def _imports(report: Report, app: Portal, path: Path) -> None:
    reading = min(cpu(lambda: _read(path))[0] for _ in range(3))
    results: list[RegisterResult] = []

    def go() -> None:
        with app.app_context(), writing():
            results.append(import_schools(path))

    first, again = cpu(go), cpu(go)
    assert (results[0].new, results[1].left_alone, results[1].new) == (ALL, ALL, 0), [r.words() for r in results]
    counts = {"lines": ALL, "bytes": path.stat().st_size}
    report.add("register, first import: wall", first[1], "s", at_most=20, counts=counts, note=f"{first[0]:.1f} s CPU")
    report.add("register, first import ÷ reading the CSV", first[0] / reading, "×", note=f"reading {reading:.2f} s CPU")
    report.add("register, second import: wall", again[1], "s", at_most=20, counts=counts, note=f"{again[0]:.1f} s CPU")
    report.add("register, second import ÷ reading the CSV", again[0] / reading, "×")


def _read(path: Path) -> int:
    with path.open(encoding="cp1252", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _searches(report: Report, large: FlaskClient, small: FlaskClient) -> None:
    for words in SEARCHES:
        address = f"/schools/?q={words.replace(' ', '+')}"
        assert 'data-label="Town"' in large.get(address).text, address
        assert small.get(address).status_code == 200
        acts: dict[str, Callable[[], object]] = {
            "large": lambda address=address: large.get(address),  # type: ignore[misc]
            "again": lambda address=address: large.get(address),  # type: ignore[misc]
            "small": lambda address=address: small.get(address),  # type: ignore[misc]
        }
        found = pairs(acts, times=5)
        each = min(found["large"]) / 5 * 1000
        report.add(
            f"search “{words}”, {ALL:,} ÷ {FEW} schools",
            ratio(found["large"], found["small"]),
            "×",
            note=" ".join(part for part in (f"{each:.1f} ms CPU a page", noise(found, "large", "again")) if part),
            rounds=found["large"],
        )
    found = pairs({"large": lambda: large.get("/schools/"), "small": lambda: small.get("/schools/")}, times=5)
    report.add("list of our schools beside the register, ÷", ratio(found["large"], found["small"]), "×", at_most=1.2)


def _client(app: Portal) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), mode("write"):
        person = Person(name="Bench", email="bench@example.org", created_at=clock.now(), roles=[])
        person.roles.append(RoleAssignment(role=Role.ADMIN.value, starts_on=clock.today()))
        audit.record(None, "person added", person)
        token = open_session(person, second_factor=True)
        db.session.commit()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    client = app.test_client()
    with client.session_transaction() as session:
        session["token"] = token
    return client
