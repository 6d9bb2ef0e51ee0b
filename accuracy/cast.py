"""Makes up a world from a seed: companies of every style, people, decoys, and what is true of each lead."""

import random
from dataclasses import dataclass, field
from typing import Any

from stacklead.demo.world import Address, Company, Person, World, slug

FIRST = [
    "Anna",
    "Brian",
    "Carla",
    "Diego",
    "Elena",
    "Farid",
    "Grace",
    "Hector",
    "Ingrid",
    "Jonas",
    "Katrin",
    "Liam",
    "Maya",
    "Nadia",
    "Oscar",
    "Paula",
    "Quentin",
    "Rosa",
    "Samir",
    "Tanja",
    "Ugo",
    "Vera",
    "William",
    "Ximena",
    "Yusuf",
    "Zoe",
    "Robert",
    "Elizabeth",
    "Michael",
    "Katherine",
]
LAST = [
    "Abbott",
    "Bergstrom",
    "Castell",
    "Dufour",
    "Ekwueme",
    "Faulkner",
    "Grimaldi",
    "Halvorsen",
    "Ibarra",
    "Jansen",
    "Kowalski",
    "Lindholm",
    "Moreau",
    "Nakata",
    "Okafor",
    "Petrov",
    "Quarles",
    "Rossi",
    "Schuster",
    "Tanaka",
    "Umarov",
    "Vance",
    "Whitlock",
    "Yilmaz",
    "Zimmer",
    "Ostrander",
    "Pemberton",
]
HEAD = [
    "Amber",
    "Birch",
    "Copper",
    "Delta",
    "Ember",
    "Falcon",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Maple",
    "Nimbus",
    "Onyx",
    "Prairie",
    "Quartz",
    "River",
    "Silver",
    "Timber",
    "Umber",
    "Violet",
    "Willow",
    "Yarrow",
    "Zephyr",
]
TAIL = [
    "Works",
    "Labs",
    "Freight",
    "Analytics",
    "Textiles",
    "Foods",
    "Robotics",
    "Studio",
    "Optics",
    "Paper",
    "Energy",
    "Tools",
    "Marine",
    "Dairy",
    "Systems",
]
TITLES = """Head of Sales|Chief Executive Officer|Marketing Manager|Software Engineer|Finance Director|Office Manager
Product Designer|VP of Engineering|Account Executive|Data Analyst|Founder|Operations Lead""".replace("\n", "|").split(
    "|"
)
INDUSTRIES = ("Computer Software", "Design", "Retail", "Logistics and Supply Chain", "Food Production")
STYLES = ("saas", "graph", "plain", "german", "agency", "university", "nonprofit", "shop", "shell", "opengraph")
STYLES += ("japanese",)
BROKEN = ("parked", "redirecting", "dead", "forbidden")
KINDS = {  # kind of lead -> how many of a hundred
    "named": 24,
    "address only": 14,
    "first name only": 6,
    "namesake": 10,
    "colleague": 12,
    "former job": 8,
    "role": 6,
    "personal with website": 6,
    "personal": 6,
    **dict.fromkeys(BROKEN, 2),
}
MAIL_HOST = "gmail.com"  # a real name that the lists of mail providers know, served by the demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One lead and its truth: acceptable values by field; empty: whatever is found is wrong; absent: not judged."""

    kind: str
    email: str
    fields: dict[str, str] = field(default_factory=dict[str, str])
    truth: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])


class Cast:
    """Everything that one seed makes: the world that is served, and the cases that are asked."""

    def __init__(self, seed: int, companies: int, leads: int) -> None:
        self.random = random.Random(seed)
        self.world = World()
        self.world.add_company(Company(domain=MAIL_HOST, name="Gmail", has_website=False, mx=["5 mx.l.google.com"]))
        self.taken: set[str] = set()
        self.shown: set[str] = set()  # names of decoys
        self.live = [self._company("", number) for number in range(max(4, companies * 9 // 10))]
        self.broken = {kind: [self._company(kind, n) for n in range(max(1, companies // 40))] for kind in BROKEN}
        kinds = list(KINDS) + self.random.choices(list(KINDS), list(KINDS.values()), k=max(0, leads - len(KINDS)))
        self.cases = [self._case(kind) for kind in kinds[:leads]]

    def _unused(self, make: Any) -> str:
        while (name := make()) in self.taken | self.shown:
            pass
        self.taken.add(name)
        return name

    def _company(self, kind: str, number: int) -> Company:
        pick = self.random
        name = self._unused(lambda: f"{pick.choice(HEAD)} {pick.choice(HEAD)} {pick.choice(TAIL)}")
        label = slug(name).replace("-", "")
        company = Company(
            domain=f"{label}.example",
            name=name,
            legal_name=pick.choice(("", f"{name} Ltd", f"{name} GmbH", f"{name}, Inc.")),
            slogan=pick.choice(("", "Made to last", "Since the beginning")),
            description=f"{name} serves {pick.randint(2, 90)} towns.",
            meta_description=f"What {name} does, and for whom.",
            industry=pick.choice(("", *INDUSTRIES)),
            employees=pick.choice((None, pick.randint(2, 40), pick.randint(41, 5000))),
            founded=pick.choice((None, pick.randint(1900, 2024))),
            address=Address(city="Bristol", country="United Kingdom"),
            linkedin=pick.choice(("", f"https://www.linkedin.com/company/{label}")),
            twitter=pick.choice(("", f"https://twitter.com/{label[:14]}")),
            emails=["info"],
            style="parked" if kind == "parked" else STYLES[number % len(STYLES)],
            on_www=pick.random() < 0.5,
            fault="dead" if kind == "dead" else "",
            robots="User-agent: *\nDisallow: /\n" if kind == "forbidden" else "",
            redirect_to=pick.choice(self.live).url if kind == "redirecting" else "",
            mx=["1 aspmx.l.google.com"],
        )
        return self.world.add_company(company)

    # --- leads ------------------------------------------------------------------------------------------------------

    def _case(self, kind: str) -> Case:
        company = self.random.choice(self.broken.get(kind, self.live))
        if kind == "role":
            return self._role(company)
        person = self._person(company, kind)
        self._add_decoys(company, person, kind)
        fields: dict[str, str] = {}
        if kind in ("named", "namesake", "former job", "personal with website", *BROKEN) and self.random.random() < 0.7:
            fields["name"] = person.name
        if kind == "personal with website":
            fields["company_website"] = company.domain
        return Case(kind=kind, email=person.email, fields=fields, truth=self._truth(company, person, kind))

    def _role(self, company: Company) -> Case:
        email = f"{self.random.choice(('info', 'sales', 'support', 'jobs'))}@{company.domain}"
        nobody: dict[str, tuple[Any, ...]] = dict.fromkeys(
            ("person.name", "person.job_title", "person.twitter.url"), ()
        )
        return Case(kind="role", email=email, truth={**nobody, **company_truth(company)})

    def _person(self, company: Company, kind: str) -> Person:
        first, last = self._name()
        shapes = [f"{first}.{last}", f"{first[0]}{last}", f"{first[0]}.{last}"]
        shapes += [first] if kind != "colleague" else []
        local = first if kind == "first name only" else self.random.choice(shapes)
        is_private = kind.startswith("personal")
        has_gravatar = kind == "former job" or self.random.random() < 0.3
        is_elsewhere = kind in ("former job", "colleague", "personal", "redirecting")
        handle = f"{first}{last}".lower()
        return self.world.add_person(
            Person(
                email=f"{first}.{last}@{MAIL_HOST}".lower() if is_private else f"{local}@{company.domain}".lower(),
                name=f"{first} {last}",
                title=self.random.choice(TITLES),
                company="" if kind == "personal" else company.domain,
                company_name=self.random.choice(self.live).name if kind == "former job" else "",
                accounts={"twitter": f"https://twitter.com/{handle[:15]}"} if self.random.random() < 0.5 else {},
                has_gravatar=has_gravatar,
                on_team_page=not is_elsewhere,
                shows_email=self.random.random() < 0.3,
            )
        )

    def _name(self) -> tuple[str, str]:
        name = self._unused(lambda: f"{self.random.choice(FIRST)} {self.random.choice(LAST)}")
        first, last = name.split()
        return first, last

    def _add_decoys(self, company: Company, person: Person, kind: str) -> None:
        first, last = person.name.split()
        if kind == "namesake":
            self._extra(person.name, self.random.choice([one for one in self.live if one is not company]), "namesake")
        if kind in ("colleague", "first name only"):  # on the page where the lead may not be at all
            alike = [one for one in FIRST if one[0] == first[0] and one != first]
            names = [f"{self.random.choice(alike)} {last}"] if alike else []
            names.append(f"{first} {self.random.choice([one for one in LAST if one != last])}")
            for name in names:
                if name not in self.taken:
                    self._extra(name, company, "colleague")

    def _extra(self, name: str, company: Company, tag: str) -> None:
        """Show somebody else of this name on a company's team page; with an address that nobody else has."""
        if name in self.shown:  # two of one name at one company cannot be told apart by anybody
            return
        self.shown.add(name)
        email = f"{tag}{len(self.world.people)}@{company.domain}"
        accounts = {"twitter": f"https://twitter.com/other{len(self.world.people)}"}
        title = f"Other {self.random.choice(TITLES)}"
        self.world.add_person(Person(email=email, name=name, title=title, company=company.domain, accounts=accounts))

    def _truth(self, company: Company, person: Person, kind: str) -> dict[str, tuple[Any, ...]]:
        title = () if kind == "former job" else (person.title,)
        twitter = tuple(person.accounts.values())
        truth: dict[str, tuple[Any, ...]] = {"person.name": (person.name,), "person.job_title": title}
        truth["person.twitter.url"] = twitter
        if kind == "redirecting":
            parent = next(one for one in self.live if one.url == company.redirect_to)
            return {**truth, "company.name": (company.name, parent.name)}
        if kind == "personal":
            return truth | dict.fromkeys(("company.name", "company.employees"), ())
        return {**truth, **company_truth(company)}


def company_truth(company: Company) -> dict[str, tuple[Any, ...]]:
    """Return what is true of a company, by field."""
    names = tuple(name for name in (company.name, company.legal_name) if name)
    facts = {
        "company.employees": company.employees,
        "company.industry": company.industry,
        "company.linkedin.url": company.linkedin,
        "company.twitter.url": company.twitter,
    }
    return {"company.name": names} | {name: (value,) if value else () for name, value in facts.items()}
