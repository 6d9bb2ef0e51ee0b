import dns.asyncresolver
import dns.resolver
import pytest


def resolver_of(visitor):
    found = dns.asyncresolver.Resolver(configure=False)
    host, port = visitor.net.names.address.split(":")
    found.nameservers, found.port, found.lifetime = [host], int(port), 3.0
    return found


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("www.blueocean.example", "A", "198.51.100."),
        ("blueocean.example", "MX", "1 aspmx.l.google.com."),
        ("blueocean.example", "TXT", "include:sendgrid.net"),
        ("_dmarc.blueocean.example", "TXT", "v=DMARC1"),
        ("help.blueocean.example", "CNAME", "blueocean.zendesk.com."),
        ("cs.larkhill.example", "MX", "mx1.larkhill.example."),
        ("mx1.larkhill.example", "A", "198.51.100.26"),
        ("gmail.com", "MX", "gmail-smtp-in.l.google.com."),
        ("aspmx.l.google.com", "A", "198.51.100."),
        ("api.gravatar.com", "A", "198.51.100."),
        ("tranco-list.eu", "A", "198.51.100."),
        ("localhost", "A", "127.0.0.1"),
        ("localhost", "AAAA", "::1"),
        ("pointsatcloud.example", "A", "169.254.169.254"),
    ],
)
def test_names_resolve_as_the_world_says(visit, name, kind, part, tcp):
    async def ask(visitor):
        answer = await resolver_of(visitor).resolve(name, kind, tcp=tcp)
        return [record.to_text() for record in answer]

    assert any(part in record for record in visit(ask))


@pytest.mark.parametrize("name", ["nosuchcompany.example", "linkedin.com", "blue.blueocean.example", "example"])
def test_unknown_names_do_not_exist(visit, name):
    async def ask(visitor):
        with pytest.raises(dns.resolver.NXDOMAIN if name != "example" else dns.resolver.NoAnswer):
            await resolver_of(visitor).resolve(name, "A")

    visit(ask)


@pytest.mark.parametrize(
    ("name", "kind"), [("nomail.example", "MX"), ("gmail.com", "A"), ("blueocean.example", "AAAA")]
)
def test_known_names_without_a_record_have_no_answer(visit, name, kind):
    async def ask(visitor):
        with pytest.raises(dns.resolver.NoAnswer):
            await resolver_of(visitor).resolve(name, kind)

    visit(ask)


def test_long_text_is_split_and_whole(visit):
    async def ask(visitor):
        visitor.world.company("kitebird.example").txt = ["x" * 700]
        answer = await resolver_of(visitor).resolve("kitebird.example", "TXT")
        return b"".join(answer[0].strings)

    assert visit(ask) == b"x" * 700


def test_removed_company_is_gone_at_once(visit):
    async def ask(visitor):
        visitor.world.remove_company("pulseboard.example")
        with pytest.raises(dns.resolver.NXDOMAIN):
            await resolver_of(visitor).resolve("pulseboard.example", "A")

    visit(ask)
