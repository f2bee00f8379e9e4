"""The pages of text around the prints. Each says somewhere that nothing is really sold."""

from __future__ import annotations

from app.catalogue.model import ContentPage

SHIPPING = """\
Delivery is **included in every price**. An unframed print is with you in three to six working days, \
a framed one in five to nine.

| what | how it travels | how long it takes |
|---|---|---|
| unframed prints | rolled, in a stiff tube | 3 to 6 working days |
| framed prints | flat, in a double box | 5 to 9 working days |
| print-at-home sheets | as a file | no parcel at all |

Each market of the shop delivers to its own countries: \
the United States and Canada, Germany and Austria, the United Kingdom, Japan.

*Halftide Prints is a demonstration: no real card is charged, and no parcel leaves the house. \
This page says what the studio would promise if it existed.*

## When a frame has yet to be made

Some frames can be ordered before they are made. The page says so before you pay. \
The framer delivers on Thursdays; we send such an order within two weeks and write if it takes longer.

## When nobody is at home

The carrier leaves a card and comes a second time. After that the tube waits for seven days \
at the nearest shop that takes parcels, and then it comes back to us. \
Write, and we send it again for what the postage costs.
"""

RETURNS = """\
Hang it, look at it for **thirty days**, and send it back if the wall disagrees. \
You need not say why.

*Halftide Prints is a demonstration: there is no parcel, and refunds are those of the test payment system.*

## How to send something back

1. Write to hello@halftide.example with the number of the order.
2. Put an unframed print back into its tube, a framed one into its box.
3. Send it. The label is in the parcel already, under the tissue paper.

You get back what you paid within five days of the parcel's arrival, by the way in which you paid it.

## When something arrives broken

A print that arrives bent or a frame that arrives cracked is replaced. \
A photograph of the damage is enough; keep the pieces out of the post.

## What cannot come back

Files for your own printer, because nobody can tell whether they were kept.
"""

ABOUT = """\
Halftide Studio is a printing house with one press, two people and a view of the estuary. \
It is also made up: **this shop exists to show how the software behind it works.** \
The three artists beside the studio, Ottilie Brandt, Corin Vale and Mirel Sato, are made up as well.

The pictures are real. Each was drawn by a few lines of geometry, ink by ink, \
the way a screen print is made: one plate for each colour, printed over what was there before. \
Where two inks overlap they mix. When this shop was set up, your computer drew all forty-eight of them; \
they come out the same on every machine. You may keep them.

## How a picture begins

With a rule that can be said in one sentence. *Water parts around a disc.* \
*Every seed turns by the same angle.* *Four walkers follow each other.* \
Then the rule is drawn, looked at, and changed until it is a picture: the margin, the weight of the line, \
the one thing that is red. Most of the time goes into leaving things out.

## Try the shop

Fill a cart, pay with a test card, or change a price at the desk and watch this window follow. \
Nothing that you do here costs anything.
"""

CONTACT = """\
Write to **hello@halftide.example**. The address is invented, like the studio, \
so nobody will answer; in a real shop this would be the line that matters most.

## About an order

Have its number ready: it is on the order's page and in the confirmation. \
That page also shows what has been paid and what has been sent, without an account.

## About a picture

Tell us where it is to hang and how far away people will stand. \
As a rule: A4 beside a door, A3 above a desk, A2 where you can walk three steps back.
"""

TERMS = """\
These terms belong to a demonstration. **You cannot enter into a contract here**, \
because there is nobody on the other side.

## What an order is

An order is a record in this installation's own database. It exists to show how orders behave: \
stock is held while you pay, a payment is confirmed once, and a receipt is written \
into a folder on this machine.

## Prices

Each market has its own prices in its own currency. They contain delivery. \
A price that rises while something lies in your cart is shown to you before you pay; \
one that falls is passed on.

## Payment

Payments go to a stand-in for the payment service and accept test cards only. \
Never type the number of a real card into a demonstration, ours or anyone's.

## The pictures

You may print, hang, copy and change the forty-eight pictures for any purpose, without asking.
"""

PRIVACY = """\
This shop runs on the machine on which it was started, and what you type stays there.

## What is kept, and why

- **A cart**, for sixty days after you last touched it, under a random number in a cookie. \
It holds what you chose and nothing about you.
- **An order**, if you place one: your e-mail address and postal address as you gave them, what you \
ordered and what was paid. In a demonstration these should be invented.
- **Logs** of what the programs did, with the numbers of orders and without names.

## What is not done

There are no trackers, no statistics about visitors, no advertising, and no script, font or picture \
from anywhere else. A banner that asks for consent is missing because there is nothing to consent to.

## Cookies

Two, both ours, both only if you have a cart: one holds its number, \
the other says to the page that there is one. Only looking sets no cookie at all.

## Deleting everything

Delete the folder in which the shop keeps its data. That is all of it.
"""

IMPRINT = """\
Halftide Studio does not exist and therefore has no address, no register entry and no managing director. \
This page stands where the law of some countries wants one.

**Halftide Studio** (invented)\\
1 Low Water Lane, Nowhere on Sea\\
hello@halftide.example

If you run a shop with this software, this is the page to write first: your name, your address, \
a way to reach you quickly, and your tax number if you have one.
"""

PAGES = (
    ContentPage(id="pag_shipping", slug="shipping", title="Delivery", body=SHIPPING),
    ContentPage(id="pag_returns", slug="returns", title="Returns", body=RETURNS),
    ContentPage(id="pag_about", slug="about", title="About the studio", body=ABOUT),
    ContentPage(id="pag_contact", slug="contact", title="Contact", body=CONTACT),
    ContentPage(id="pag_terms", slug="terms", title="Terms", body=TERMS),
    ContentPage(id="pag_privacy", slug="privacy", title="Privacy", body=PRIVACY),
    ContentPage(id="pag_imprint", slug="imprint", title="Imprint", body=IMPRINT),
)
