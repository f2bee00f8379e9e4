"""The people at the desk, on the command line: accounts begin here, with a one-time link."""

from __future__ import annotations

from typing import Any

import click

from app.cli.context import CommandContext, pass_command_context
from app.clock import iso
from app.services import Services
from app.settings import Settings
from app.staff.model import Role, StaffMember, parse_role


def add_staff(services: Services, settings: Settings, email: str, role: str) -> dict[str, Any]:
    """Open an account and return the one-time link that sets its password.

    Raises:
        InvalidValue: the address is malformed or has an account, or there is no such role.
    """
    member, token = services.staff.add(email, parse_role(role))
    return _link(settings, member, token)


def link_staff(services: Services, settings: Settings, email: str) -> dict[str, Any]:
    """Return a new link for an account whose password or link was lost.

    Raises:
        NotFound: the address has no account.
    """
    member, token = services.staff.new_link(email)
    return _link(settings, services.staff.store.member(member.id) or member, token)


def reset_totp(services: Services, email: str) -> dict[str, Any]:
    """Take the second factor from an account, and sign it out everywhere.

    Raises:
        NotFound: the address has no account.
        InvalidValue: it is no address.
    """
    member, sessions = services.second_factor.reset(email)
    return {
        "email": member.email,
        "role": member.role.value,
        "second_factor": member.has_second_factor,
        "must_enrol": services.second_factor.is_owed(member),
        "sessions_ended": sessions,
    }


@click.group()
def staff() -> None:
    """Let people in at the editors' desk."""


@staff.command()
@click.argument("email")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What the account may do."
)
@pass_command_context
def add(context: CommandContext, email: str, role: str) -> None:
    """Open an account and print the one-time link to set its password."""
    _answer(context, add_staff(context.services, context.settings, email, role))


@staff.command()
@click.argument("email")
@pass_command_context
def link(context: CommandContext, email: str) -> None:
    """Print a new link to set the password of an account."""
    _answer(context, link_staff(context.services, context.settings, email))


@staff.command("reset-totp")
@click.argument("email")
@pass_command_context
def reset(context: CommandContext, email: str) -> None:
    """Take the second factor from an account whose phone is lost, and end its sessions.

    Be sure of who asks: afterwards the password alone opens the account.
    """
    data = reset_totp(context.services, email)
    then = "must set up a new one" if data["must_enrol"] else "can set up a new one"
    text = (
        f"{data['email']} ({data['role']}) has no second factor now, {then} after signing in by password, "
        f"and was signed out everywhere ({data['sessions_ended']} sessions)."
    )
    context.answer(data, text)


def _link(settings: Settings, member: StaffMember, token: str) -> dict[str, Any]:
    return {
        "email": member.email,
        "role": member.role.value,
        "link": f"{settings.shop_url}/editor/set-password/{token}",
        "expires_at": iso(member.link_expires_at) if member.link_expires_at else None,
    }


def _answer(context: CommandContext, data: dict[str, Any]) -> None:
    text = (
        f"{data['email']} ({data['role']}) sets a password here, once, until {data['expires_at']}:\n"
        f"{data['link']}"
    )
    context.answer(data, text)
