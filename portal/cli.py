"""Commands: setting up, the demonstration, the worker, imports. Exit code 0, or 1 with one clear line on stderr."""

import functools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from cryptography.fernet import Fernet
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts import queries as people
from portal.accounts.operations import people as accounts
from portal.agreements.operations import ensure_default_agreement_text
from portal.assessments.operations import ensure_standard_measures
from portal.demo.world import is_empty, make_demonstration
from portal.extensions import db
from portal.files import worker as files
from portal.history.operations import import_file
from portal.kernel import jobs, logs, seals
from portal.kernel.errors import PortalError, Refused
from portal.kernel.unit_of_work import is_unavailable, writing
from portal.notices import delivery
from portal.offer.operations import ensure_default_offer
from portal.schools.operations import ensure_default_lines_and_calendar, import_schools, make_findable
from portal.training.operations import ensure_default_topics
from portal.training.operations.programmes import ensure_default_programmes
from portal.voice.operations.questionnaires import ensure_ready_questionnaires


def install(app: Flask) -> None:
    """Adds the portal's commands to ``flask --app wsgi``."""
    for command in (prepare, demo, cast, worker, create_admin, import_impact, import_register, new_data_key, audit):
        app.cli.add_command(command)


def plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turns the portal's own errors into one line on stderr and exit code 1."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except PortalError as error:
            raise click.ClickException(str(error)) from None

    return run


@click.command()
@plainly
def prepare() -> None:
    """Brings the database to the newest migration; fills an empty one with the demonstration in demonstration mode."""
    upgrade()
    seed()
    if current_app.extensions["config"].demonstration and is_empty():
        click.echo("Making the demonstration world. This takes a minute or two.")
        make_demonstration()


def seed() -> None:
    """What every portal needs from its first day; adds only what is missing."""
    with writing():
        ensure_default_lines_and_calendar()
        ensure_standard_measures()
        ensure_default_topics()
        ensure_default_programmes()
        ensure_default_agreement_text()
        ensure_default_offer()
        ensure_ready_questionnaires()
        make_findable()


@click.command()
@click.option("--cast-only", is_flag=True, help="Only the people and schools, without any work.")
@plainly
def demo(cast_only: bool) -> None:
    """Fills an empty database with the demonstration world; refuses one that is not empty."""
    if not current_app.extensions["config"].demonstration:
        raise Refused("The demonstration is not for production. Set PORTAL_MODE=demonstration.")
    seed()
    make_demonstration(cast_only=cast_only)


@click.command()
def cast() -> None:
    """Prints the demonstration cast and how to sign in."""
    if not current_app.extensions["config"].demonstration:
        return
    for row in people.demonstration_cast():
        click.echo(f"  {row.email:<32} {row.role_words}")


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
@with_appcontext
def worker(once: bool) -> None:
    """Does what waits: jobs, reminders, the sealing of the audit trail. Stops gently on SIGTERM."""
    going = True

    def stop(_signal: int, _frame: Any) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while going:
        with current_app.app_context():  # settings and term dates are read afresh each time
            busy = _work()
        if busy is False and once:
            return
        if not busy:
            time.sleep(2)


def _work() -> bool | None:
    """Whether there was something to do; None when the database was not to be had."""
    try:
        busy = [jobs.run_next(), delivery.send_next(), files.sweep_when_due()]
        with writing():
            return seals.seal_new_lines() > 0 or any(busy)
    except SQLAlchemyError as error:
        db.session.rollback()
        if not is_unavailable(error):
            raise
        logs.unexpected(error)
        return None


@click.command("create-admin")
@click.argument("email")
@with_appcontext
@plainly
def create_admin(email: str) -> None:
    """Makes an administrator and prints the one-time link with which they set their password."""
    with writing():
        invitation = accounts.first_administrator(email)
    config = current_app.extensions["config"]
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    base = config.public_base_url or f"http://{host}:{port}"
    click.echo(f"{base}/welcome/{invitation.token}")


@click.command("import-impact")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--service", default="", help="The name of the service line whose chart it is.")
@click.option("--year", default="", help="The school year of the chart, such as 2016/17.")
@plainly
def import_impact(file: Path, service: str, year: str) -> None:
    """Brings in an earlier impact chart (CSV or XLSX) as cases and records; all of it or, with the reasons, nothing."""
    try:
        with writing():
            result = import_file(file, service, year)
    except Refused as refused:
        for problem in refused.problems:
            click.echo(problem, err=True)
        raise SystemExit(1) from None
    click.echo(result.words())


@click.command("import-schools")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--links", type=click.Path(path_type=Path), help="The register's own file of links between schools.")
@with_appcontext
@plainly
def import_register(file: Path, links: Path | None) -> None:
    """Brings in the national school register (GIAS); a line that cannot be taken is named, and the others go in."""
    with writing():
        result = import_schools(file, links)
    for line in result.refused:
        click.echo(f"Line {line.line} refused: {line.reason}", err=True)
    click.echo(result.words())
    if result.took_nothing:
        raise click.ClickException("No line of the file could be taken.")


@click.command("new-data-key")
def new_data_key() -> None:
    """Prints a fresh key for the setting DATA_KEYS."""
    click.echo(Fernet.generate_key().decode())


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Walks the sealed audit trail and says whether a line was changed, lost or moved."""
    findings = seals.verify()
    for finding in findings:
        click.echo(f"{finding.what} {finding.where}", err=True)
    if findings:
        raise SystemExit(1)
    click.echo("The audit trail is whole.")
