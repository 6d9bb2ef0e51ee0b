"""Research results to draw reports from."""

from typing import Any

from stacklead.models import (
    Alexa,
    Company,
    CrunchbaseLink,
    Domain,
    Evidence,
    Experience,
    GlobalRank,
    LinkedinLink,
    LinkedinProfile,
    Person,
    Research,
    ScoreDetail,
    ScoreGate,
    ScoreMissing,
    ScoreReason,
    TwitterProfile,
)
from stacklead.report.render import ReportContext

SITE = "https://www.blueoceantech.example"
FETCHED = "2026-11-23T10:15:07+00:00"

CONTEXT = ReportContext(
    lead_url="https://leads.shop.example/leads/lead_01jd",
    settings_url="https://leads.shop.example/settings/email",
    fields={"name": "Rebecca Schroeder", "company": "Blue Ocean", "message": "Do you integrate with our video ads?"},
    page="https://shop.example/pricing",
    referrer="https://news.example/",
    utm={"utm_source": "newsletter", "utm_campaign": "autumn"},
    received_at="2026-11-23T10:14:30+00:00",
    researched_at="2026-11-23T10:15:08+00:00",
    tried=("lead", "address", "dns", "website", "technologies", "gravatar", "tranco"),
)


def _proof(source: str, url: str | None = None, confidence: float = 0.9, **more: Any) -> Evidence:
    return Evidence(
        value="x", source=source, url=url, confidence=confidence, method="structured", fetched_at=FETCHED, **more
    )


def _missing(reason: str = "no_source") -> Evidence:
    return Evidence(reason=reason, why="No source that is switched on knows it.")


def rebecca() -> dict[str, Any]:
    """A lead about whom much is known."""
    return Research(
        score=8,
        person=Person(
            email="rebecca@blueoceantech.example",
            name="Rebecca (Becca) Schroeder",
            first_name="Rebecca",
            last_name="Schroeder",
            headline="Sr. Sales Representative at Blue Ocean Tech.",
            location="Greater Denver Area",
            job_title="Sr. Sales Representative",
            experiences=[
                Experience(
                    title="Sr. Sales Representative",
                    name="Blue Ocean Technologies",
                    duration="(5 months)",
                    start="October 2013",
                    end="Present",
                ),
                Experience(title="Account Manager", name="Red Reef", start="2010", end="2013"),
            ],
            linkedin=LinkedinProfile(url="https://www.linkedin.com/in/RebeccaSchroeder", username="RebeccaSchroeder"),
            twitter=TwitterProfile(url="https://twitter.com/BeccaSchroe", username="BeccaSchroe", followers=252),
        ),
        company=Company(
            name="Blue Ocean Technologies",
            headline="The ultimate interactive video ad service",
            description="Video ad infrastructure that embeds interactions inside video and raises conversion rates.",
            employees=127,
            industry="Information Technology and Services",
            category="enterprise",
            type="Privately Held",
            funding="$19.4M",
            funding_usd=19_400_000,
            website=SITE + "/",
            tags="techstars, techstars-boulder-2010",
            tags_list=["techstars", "techstars-boulder-2010"],
            linkedin=LinkedinLink(url="https://www.linkedin.com/company/blueocean"),
            crunchbase=CrunchbaseLink(url="https://www.crunchbase.com/organization/blueocean"),
            twitter=TwitterProfile(url="https://twitter.com/BlueOcean", username="BlueOcean", followers=2459),
            location="Denver, Colorado",
        ),
        domain=Domain(
            name="blueoceantech.example",
            personal=False,
            disposable=False,
            interesting=True,
            description="Get started for free with disruptive in-video advertising.",
            alexa=Alexa(global_=GlobalRank(change="Down 786 versus the previous 3 months.", rank=9362)),
            tools=["Google Analytics", "Crazy Egg", "Marketo", "Optimizely", "Google Workspace", "Stripe"],
        ),
        emails=["rebecca@blueoceantech.example", "hello@blueoceantech.example"],
        email_catchall=False,
        evidence={
            "person.name": _proof("lead"),
            "person.headline": _proof("gravatar", "https://gravatar.com/becca"),
            "person.job_title": _proof("website", SITE + "/team"),
            "person.location": _proof("gravatar", "https://gravatar.com/becca"),
            "person.experiences": _proof("website", SITE + "/team", 0.5),
            "person.linkedin.url": _proof("website", SITE + "/team"),
            "person.twitter.username": _proof("gravatar", "https://gravatar.com/becca"),
            "company.name": _proof("website", SITE + "/"),
            "company.description": _proof("website", SITE + "/about", observed_at="2026-03-01"),
            "company.employees": _proof("website", SITE + "/about"),
            "company.industry": _proof("website", SITE + "/about"),
            "company.funding": _proof("website", SITE + "/press"),
            "company.location": _proof("website", SITE + "/contact"),
            "company.website": _proof("address"),
            "company.twitter.url": _proof("website", SITE + "/"),
            "domain.alexa.global.rank": _proof("tranco", "https://tranco-list.eu/"),
            "domain.tools": _proof("technologies", SITE + "/"),
            "domain.personal": _proof("address"),
            "emails": _proof("website", SITE + "/contact"),
            "person.age": _missing(),
            "person.education": _missing("source_failed"),
        },
        score_detail=ScoreDetail(
            raw=7.9,
            low=7.1,
            high=8.6,
            coverage=0.83,
            profile="default@1",
            reasons=[
                ScoreReason(code="tools", points=0.7, max=1.5, why="6 business tools on the site"),
                ScoreReason(code="company_size", points=2.0, max=2.0, why="127 employees, your best band is 51 to 200"),
                ScoreReason(code="role", points=1.6, max=2.5, why="A senior title in sales"),
                ScoreReason(
                    code="industry", points=1.0, max=1.0, why="Information technology: an industry you sell to"
                ),
            ],
            missing=[ScoreMissing(code="catchall", could_add=0.5)],
        ),
    ).to_dict()


def stranger() -> dict[str, Any]:
    """A personal mailbox about which nothing is known."""
    reasons = [ScoreReason(code="personal", points=-1.0, max=0, why="A personal mailbox, not a company's")]
    return Research(
        score=2,
        person=Person(email="quiet.one@gmail.com"),
        company=Company(),
        domain=Domain(name="gmail.com", personal=True, disposable=False),
        emails=["quiet.one@gmail.com"],
        email_catchall=None,
        evidence={"domain.personal": _proof("address"), "person.name": _missing("not_found")},
        score_detail=ScoreDetail(
            raw=2.1,
            low=1.0,
            high=5.0,
            coverage=0.2,
            profile="default@1",
            reasons=reasons,
            gates=[ScoreGate(code="personal_mailbox", cap=5, why="personal mailbox without a company")],
        ),
    ).to_dict()


def colleague() -> dict[str, Any]:
    """A name that is only guessed, at a company that is known."""
    wire = rebecca()
    wire["data"]["person"] = Research.to_dict(
        Research(
            score=6,
            person=Person(email="t.okafor@blueoceantech.example", name="T. Okafor"),
            company=Company(),
            domain=Domain(),
            emails=[],
            email_catchall=None,
            evidence={},
            score_detail=ScoreDetail(raw=0, low=0, high=0, coverage=0, profile="x"),
        )
    )["data"]["person"]
    wire["data"]["score"] = 5
    wire["evidence"] = {path: entry for path, entry in wire["evidence"].items() if not path.startswith("person.")}
    wire["evidence"]["person.name"] = {
        "value": "T. Okafor",
        "source": "address",
        "confidence": 0.4,
        "method": "guessed",
    }
    return wire
