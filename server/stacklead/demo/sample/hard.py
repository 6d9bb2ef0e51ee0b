"""Hard cases: mailboxes without a company, sites that are dead, slow or hostile, names that are not there."""

from typing import Any

from stacklead.demo.sample.mail_hosts import GOOGLE_MX
from stacklead.demo.world import Company, Person

PROVIDERS = ("gmail.com", "mailinator.com")  # real names that the lists of mail providers know, served by the demo


def companies() -> list[Company]:
    """Return the domains of the hard cases."""
    return [*_mailboxes(), *_broken(), *_hostile()]


def _mailboxes() -> list[Company]:
    return [
        Company(domain="gmail.com", name="Gmail", has_website=False, mx=["5 gmail-smtp-in.l.google.com"]),
        Company(domain="mailinator.com", name="Mailinator", has_website=False, mx=["1 mail.mailinator.com"]),
        Company(domain="nomail.example", name="No Mail Here", meta_description="We prefer letters.", style="agency"),
        *_mail_servers(),
    ]


def _mail_servers() -> list[Company]:
    """Companies whose mail hosts answer for addresses in every way there is."""
    ways: dict[str, tuple[str, str, Any]] = {
        "acceptsall.example": ("Accepts All", "Any name will do.", "catch_all"),
        "comelater.example": ("Come Later", "Patience is a virtue.", "greylist"),
        "knowsyou.example": ("Knows You", "We have heard of your address.", "blocked"),
        "saysnothing.example": ("Says Nothing", "Silence is golden.", "silent"),
    }
    return [
        Company(domain=domain, name=name, meta_description=line, mx=[f"10 mx1.{domain}"], mail_server=way)
        for domain, (name, line, way) in ways.items()
    ]


def _broken() -> list[Company]:
    return [
        Company(
            domain="parkedname.example", name="parkedname.example", style="parked", on_www=False, txt=["v=spf1 -all"]
        ),
        Company(domain="slowpoke.example", name="Slowpoke Industries", fault="slow", delay_s=30.0, mx=GOOGLE_MX),
        Company(domain="gonequiet.example", name="Gone Quiet", fault="dead", mx=GOOGLE_MX),
        Company(domain="halfbroken.example", name="Half Broken", fault="error_500", mx=GOOGLE_MX),
        Company(
            domain="keepout.example",
            name="Keep Out Ltd",
            slogan="Nothing to see",
            description="This description must never be read by a robot.",
            meta_description="This line must never be read by a robot.",
            robots="User-agent: *\nDisallow: /\n",
            mx=GOOGLE_MX,
        ),
    ]


def _hostile() -> list[Company]:
    faults = {
        "flood.example": "huge",
        "gzipbomb.example": "gzip_bomb",
        "roundabout.example": "redirect_loop",
        "onandon.example": "endless_redirects",
        "garbled.example": "control_characters",
        "scriptladen.example": "script_laden",
        "matryoshka.example": "deep_nesting",
        "trickle.example": "trickle",
        "notapage.example": "not_html",
    }
    spoilt = [
        Company(domain=domain, name=domain.partition(".")[0].title(), fault=fault, on_www=False, mx=GOOGLE_MX)
        for domain, fault in faults.items()
    ]
    inward = {
        "metadata.example": "http://169.254.169.254/latest/meta-data/",
        "inward.example": "http://127.0.0.1:8000/settings/api",
        "sideways.example": "http://[::1]:8000/",
        "filereader.example": "file:///etc/passwd",
    }
    redirecting = [
        Company(domain=domain, name=domain.partition(".")[0].title(), redirect_to=target, mx=GOOGLE_MX)
        for domain, target in inward.items()
    ]
    pointing = [
        Company(domain="pointsinward.example", name="Points Inward", address_record="10.0.0.5", mx=GOOGLE_MX),
        Company(domain="pointsatcloud.example", name="Points At Cloud", address_record="169.254.169.254", mx=GOOGLE_MX),
    ]
    return [*spoilt, *redirecting, *pointing]


def people() -> list[Person]:
    """Return people who work at the hard cases."""
    return [
        Person(email="pat@slowpoke.example", name="Pat Moreau", title="Buyer", company="slowpoke.example"),
        Person(email="noor@keepout.example", name="Noor Haddad", title="Director", company="keepout.example"),
    ]
