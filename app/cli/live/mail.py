"""The points about mail: a server that takes it, and records by which others believe it."""

from __future__ import annotations

import re

from app.adapters.smtp import SmtpMailer
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Finding, ok, unknown, wrong
from app.cli.live.window import MADE_UP
from app.effects.letters import MailNotSent


def sender(inquiry: Inquiry) -> Finding:
    """Letters come from an address of the shop's own, which somebody reads."""
    if inquiry.sender_domain.rpartition(".")[2] in MADE_UP:
        return wrong(
            f"letters come from {inquiry.sender}, which nobody has",
            "vitrine shop --name NAME --email ADDRESS; receipts come from it, and notices of orders go to it",
        )
    return ok(f"letters come from {inquiry.sender}")


def mail_server(inquiry: Inquiry) -> Finding:
    """The mail server lets the shop in, and nobody can read along."""
    try:
        mailer = SmtpMailer(inquiry.settings.smtp_url, inquiry.host or "localhost")
        is_secret, is_known = mailer.sign_in()
    except MailNotSent as refused:
        told = f"{refused.server}: {refused.reason}"
        return wrong(told, "set VITRINE_SMTP_URL to what your mail provider names")
    if not is_secret and not mailer.is_here:
        return wrong(f"{mailer.host} offers no encryption", "take a server with STARTTLS, or smtps://")
    how = "signed in" if is_known else "let in without a password"
    return ok(f"{mailer.host}:{mailer.port}: {how}, {'encrypted' if is_secret else 'on this machine'}")


def spf(inquiry: Inquiry) -> Finding:
    """The domain says which servers may send its mail (RFC 7208)."""
    name = inquiry.sender_domain
    found = [text for text in inquiry.records.texts(name) if re.match(r"v=spf1(\s|$)", text, re.I)]
    if not found:
        return wrong(
            f"{name} has no SPF record", f"a TXT record of {name} as your mail provider names it: v=spf1 …"
        )
    if len(found) > 1:
        return wrong(f"{name} has {len(found)} SPF records, which counts as none", "join them into one")
    if not re.search(r"\s[~-]all\s*$|\sredirect=\S+", found[0], re.I):
        return wrong(f"{name} lets anybody send: {found[0]}", "end the record with -all or ~all")
    return ok(f"{found[0]} (that it names your mail server, its provider knows)")


def dkim(inquiry: Inquiry) -> Finding:
    """The key that letters are signed with is published (RFC 6376)."""
    if not inquiry.dkim_selector:
        return unknown(
            "the name of the key is not known: your mail server signs, and the shop does not see it",
            "repeat it with --dkim-selector NAME, the s= of DKIM-Signature in a letter you have received",
        )
    name = f"{inquiry.dkim_selector}._domainkey.{inquiry.sender_domain}"
    tags = [_tags(text) for text in inquiry.records.texts(name)]
    if not any("p" in tag for tag in tags):
        return wrong(f"{name} holds no key", "publish the key that your mail provider names")
    if not any(tag.get("p") for tag in tags):
        return wrong(f"the key of {name} was withdrawn", "publish the one that letters are signed with")
    return ok(f"{name} holds a key")


def dmarc(inquiry: Inquiry) -> Finding:
    """The domain says what to do with letters that prove nothing (RFC 7489)."""
    labels = inquiry.sender_domain.split(".")
    # The domain's own record counts, else that of the domain above it.
    for start in range(max(1, len(labels) - 1)):
        name = "_dmarc." + ".".join(labels[start:])
        found = [tags for text in inquiry.records.texts(name) if (tags := _tags(text)).get("v") == "DMARC1"]
        if len(found) > 1:
            return wrong(f"{name} has {len(found)} records, which counts as none", "leave one of them")
        if found and found[0].get("p", "").lower() in ("none", "quarantine", "reject"):
            return ok(f"{name} says p={found[0]['p']}")
        if found:
            return wrong(f"{name} has no policy", "write p=none, then p=quarantine once reports look well")
    name = f"_dmarc.{inquiry.sender_domain}"
    return wrong(f"{name} has no record", f"a TXT record of {name}, such as v=DMARC1; p=none")


def _tags(text: str) -> dict[str, str]:
    """Read `name=value; name=value`."""
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): re.sub(r"\s+", "", value) for name, _, value in parts if name.strip()}
