"""Commands: setting up, the demonstration, the worker, imports. Exit code 0, or 1 with one clear line on stderr."""

import functools
import signal
import time
from collections.abc import Callable
from typing import Any

import click
from cryptography.fernet import Fernet
from flask import Flask, current_app
from flask_migrate import upgrade

from portal.accounts import queries as people
from portal.kernel import jobs, seals
from portal.kernel.errors import PortalError
from portal.kernel.unit_of_work import writing
from portal.schools.operations import ensure_default_lines_and_calendar


def install(app: Flask) -> None:
    """Adds the portal's commands to ``flask --app wsgi``."""
    for command in (prepare, cast, worker, new_data_key, audit):
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


def seed() -> None:
    """What every portal needs from its first day; adds only what is missing."""
    with writing():
        ensure_default_lines_and_calendar()


@click.command()
def cast() -> None:
    """Prints the demonstration cast and how to sign in."""
    if not current_app.extensions["config"].demonstration:
        return
    for row in people.demonstration_cast():
        click.echo(f"  {row.email:<32} {row.role_words}")


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
def worker(once: bool) -> None:
    """Does what waits: jobs, reminders, the sealing of the audit trail. Stops gently on SIGTERM."""
    going = True

    def stop(_signal: int, _frame: Any) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while going:
        busy = jobs.run_next()
        with writing():
            busy = seals.seal_new_lines() > 0 or busy
        if not busy and once:
            return
        if not busy:
            time.sleep(2)


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
