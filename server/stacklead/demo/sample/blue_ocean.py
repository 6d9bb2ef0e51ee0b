"""Blue Ocean Technologies and its people: all that an honest public web can know of the documented example."""

from stacklead.demo.sample.mail_hosts import GOOGLE_MX, GOOGLE_SITE
from stacklead.demo.world import Address, Company, Person, Rank

DOMAIN = "blueocean.example"


def companies() -> list[Company]:
    """Return the company of the documented example."""
    return [
        Company(
            domain=DOMAIN,
            name="Blue Ocean Technologies",
            legal_name="Blue Ocean Technologies, Inc.",
            slogan="The ultimate interactive video ad service",
            description="Video Ad Infrastructure",
            meta_description="Get started for free with disruptive in-video advertising.",
            industry="Information Technology and Services",
            employees=127,
            founded=2010,
            keywords=["techstars", "techstars-boulder-2010"],
            address=Address(
                street="1801 Wewatta Street", city="Denver", region="CO", postal_code="80202", country="United States"
            ),
            phone="+1-303-555-0142",
            linkedin="https://www.linkedin.com/company/blue-ocean-technologies-demo",
            crunchbase="https://www.crunchbase.com/organization/blueocean-demo",
            twitter="https://twitter.com/BlueOcean",
            emails=["hello", "sales", "press"],
            products=["Interactive overlays", "Conversion reports", "One tag for every player"],
            colour="#0b7285",
            tools=[
                "Google Analytics",
                "Quantcast",
                "Crazy Egg",
                "DoubleClick",
                "Right Media",
                "Marketo",
                "AppNexus",
                "Google AdWords Conversion",
                "AdRoll",
                "Optimizely",
                "Perfect Audience",
            ],
            mx=GOOGLE_MX,
            txt=[
                "v=spf1 include:_spf.google.com include:sendgrid.net include:mail.zendesk.com ~all",
                GOOGLE_SITE,
                "atlassian-domain-verification=Yk3vBq8TzN5rWc1XmP7sLd2HfJ9gKa4oEu6",
                "docusign=3b6f2c1e-58a4-4d0b-9c77-0a1e5f2d9b84",
                "stripe-verification=7d1c0a95e2b84f63",
            ],
            records={
                f"_dmarc.{DOMAIN}": {"TXT": [f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{DOMAIN}"]},
                f"help.{DOMAIN}": {"CNAME": ["blueocean.zendesk.com"]},
            },
            rank=Rank(now=9362, before=8576),
        )
    ]


def people() -> list[Person]:
    """Return Rebecca Schroeder and her colleagues, one of whom has nearly her name."""
    return [
        Person(
            email=f"rebecca@{DOMAIN}",
            name="Rebecca (Becca) Schroeder",
            title="Sr. Sales Representative",
            company=DOMAIN,
            company_name="Blue Ocean Technologies",
            location="Greater Denver Area",
            headline="Sr. Sales Representative at Blue Ocean Tech.",
            accounts={
                "linkedin": "https://www.linkedin.com/in/RebeccaSchroeder",
                "twitter": "https://twitter.com/BeccaSchroe",
            },
            has_gravatar=True,
            shows_email=True,
        ),
        Person(email=f"marcus.webb@{DOMAIN}", name="Marcus Webb", title="VP of Engineering", company=DOMAIN),
        Person(
            email=f"rebecca.schneider@{DOMAIN}", name="Rebecca Schneider", title="Account Executive", company=DOMAIN
        ),
        Person(email=f"ines@{DOMAIN}", name="Inês Carvalho", title="Co-founder & CEO", company=DOMAIN),
    ]
