"""The `vitrine` command: it parses, calls a service, and says what happened."""

from __future__ import annotations

import sys

import click

from app.cli import (
    backup,
    catalogue,
    doctor,
    moving,
    orders,
    partner,
    payments,
    pictures,
    processes,
    shop,
    site,
    staff,
    units,
    up,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vitrine")
def vitrine() -> None:
    """Run a Vitrine shop: static product pages that follow the database, and a live counter behind."""


for command in (
    up.up,
    moving.import_,
    moving.export,
    moving.import_redirects,
    pictures.fetch_pictures,
    moving.changes,
    moving.revert,
    catalogue.price,
    catalogue.stock,
    site.site,
    orders.orders,
    orders.order,
    orders.ship,
    orders.cancel,
    orders.refund,
    orders.accept,
    payments.payments,
    partner.redeliver,
    doctor.doctor,
    backup.backup,
    backup.restore,
    staff.staff,
    shop.shop,
    processes.migrate,
    processes.web,
    processes.worker,
    processes.cron,
    processes.sandbox,
    units.write_units_command,
):
    vitrine.add_command(command)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(vitrine(prog_name="vitrine"))
