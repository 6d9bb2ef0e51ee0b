"""The structured data (schema.org, as JSON-LD) that demo companies publish about themselves."""

import json
from collections.abc import Mapping
from typing import Any

from stacklead.demo.world import Company, Person, slug

# Style of the site -> the schema.org type that such an organisation calls itself.
_TYPES = {"university": "CollegeOrUniversity", "nonprofit": "NGO", "shop": "OnlineStore"}


def organization(company: Company) -> dict[str, Any]:
    """Return the Organization object of a company; facts that it does not publish are left out."""
    address = company.address
    return _known(
        {
            "@type": _TYPES.get(company.style, "Corporation" if company.ticker else "Organization"),
            "@id": f"{company.url}#organization",
            "name": company.name,
            "legalName": company.legal_name,
            "url": company.url,
            "logo": f"{company.url}logo.png",
            "slogan": company.slogan,
            "description": company.description,
            "industry": company.industry,
            "foundingDate": str(company.founded or ""),
            "tickerSymbol": company.ticker,
            "telephone": company.phone,
            "email": company.addresses[0] if company.addresses else "",
            "keywords": ", ".join(company.keywords),
            "numberOfEmployees": _known({"@type": "QuantitativeValue", "value": company.employees}),
            "address": _known(
                {
                    "@type": "PostalAddress",
                    "streetAddress": address.street,
                    "addressLocality": address.city,
                    "addressRegion": address.region,
                    "postalCode": address.postal_code,
                    "addressCountry": address.country,
                }
            ),
            "sameAs": [url for url in (company.linkedin, company.crunchbase, company.twitter) if url],
        }
    )


def person(someone: Person, company: Company) -> dict[str, Any]:
    """Return the Person object of someone on a company's team page."""
    return _known(
        {
            "@type": "Person",
            "name": someone.name,
            "jobTitle": someone.title,
            "email": someone.email if someone.shows_email else "",
            "image": f"{company.url}people/{slug(someone.name)}.png",
            "worksFor": {"@id": f"{company.url}#organization"},
            "sameAs": list(someone.accounts.values()),
        }
    )


def graph(company: Company, title: str, path: str) -> dict[str, Any]:
    """Return the `@graph` that popular SEO plug-ins write: the site, this page, the trail to it, the organisation."""
    page = company.url + path.lstrip("/")
    site = {"@type": "WebSite", "@id": f"{company.url}#website", "url": company.url, "name": company.name}
    trail = {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": title}]}
    return {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebPage", "@id": page, "url": page, "name": title, "isPartOf": {"@id": site["@id"]}},
            trail,
            site | {"publisher": {"@id": f"{company.url}#organization"}},
            organization(company),
        ],
    }


def script(data: Mapping[str, Any]) -> str:
    """Return the script element that carries the data; text in it cannot end the element."""
    text = json.dumps({"@context": "https://schema.org", **data}, indent=1, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">\n{text}\n</script>'


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, and objects that have nothing but a type."""
    kept = {name: value for name, value in facts.items() if value not in ("", None, [], {})}
    return {} if set(kept) == {"@type"} else kept
