"""Hostile pages and answers: bounded work, harmless values, never an exception but SourceError."""

import asyncio
import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklead.errors import SourceError
from stacklead.models import Lead
from stacklead.research import reader
from stacklead.research.clean import MAX_URL, clean_text, clean_url
from stacklead.research.reader import ChildReader
from stacklead.research.site.child import serve
from stacklead.research.site.page import Page
from stacklead.research.site.read import read_pages
from stacklead.research.site.technologies import find_tools
from unit.research.world import make_kit, page, research_now

URL = "https://acme.example/"


def all_values(node):
    if isinstance(node, dict):
        for value in node.values():
            yield from all_values(value)
    elif isinstance(node, list):
        for value in node:
            yield from all_values(value)
    else:
        yield node


def assert_harmless(value):
    if isinstance(value, str):
        assert len(value) <= 6_001
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in value), value


def research_page(html, email="jo.doe@acme.example"):
    answers = {URL: html, URL + "robots.txt": page("", status=404), URL + "team": html}
    return research_now(Lead(email=email), make_kit(answers, env={"STACKLEAD_SMTP_PROBE": "true"}))


def ld(value):
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


HOSTILE = {
    "deep json": ld("[" * 100_000),
    "deep json that ends": ld('{"a":' * 900 + "1" + "}" * 900),
    "huge number": ld('{"@type":"Organization","name":"x","numberOfEmployees":' + "9" * 5_000 + "}"),
    "wrong types": ld({"@type": ["Organization", 5, None], "name": {"name": [1]}, "logo": 5, "sameAs": {"a": 1}}),
    "many things": ld([{"@type": "Person", "name": f"Jo Doe {n}"} for n in range(6_000)]),
    "bidi": ld(
        {"@type": "Organization", "name": "Ac\u202eme\u0000\u2066\ud800", "description": "\x1b[31mred\r\nBcc: x"}
    ),
    "script urls": ld(
        {"@type": "Organization", "name": "Acme", "logo": "javascript:alert(1)", "sameAs": ["data:text/html,x"]}
    ),
    "markup": ld({"@type": "Organization", "name": "<img src=x onerror=alert(1)>Acme", "slogan": "&lt;script&gt;x"}),
    "long text": "<title>" + "x" * 900_000 + "</title>",
    "many links": '<a href="https://linkedin.com/company/x%d">x</a>' * 2_000,
    "unclosed": "<a href='" * 10_000,
    "broken": "<<<>>><!-- <![CDATA[ <title><script><style><svg><math>" * 500,
    "entities": "<p>" + "&amp;" * 100_000,
    "names": "<p>Jo Doe</p><p>Head of Sales</p>" * 1_000,
    "nuls": "\x00" * 1_000 + "<title>Acme</title>",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_page_does_no_harm(html):
    found = research_page(html.encode("utf-8", "surrogatepass"))
    assert {run.outcome for run in found.runs} <= {"ok", "empty", "unavailable"}
    result = found.to_dict()
    for value in all_values(result):
        assert_harmless(value)
    links = [found.company.image_url, found.company.website, found.company.linkedin.url, found.person.image_url]
    assert all(link is None or link.startswith(("https://", "http://")) for link in links)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["x", "https://a.example/", "1-5", "\u202e"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("@type", "@graph", "name", "url", "logo", "address", "numberOfEmployees", "sameAs", "value"),
                    *("keywords", "email", "jobTitle", "worksFor", "image", "foundingDate", "industry", "minValue"),
                ]
            ),
            inner | st.sampled_from(["Organization", "Person"]),
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_structured_data_of_any_shape_is_read_without_failing(data):
    reading = read_pages([Page(url=URL, html=ld(json.dumps(data)))], "acme.example")
    for fact in reading.facts:
        assert_harmless(fact.value)


@given(
    st.lists(
        st.sampled_from(
            ["<div", ">", "<p>", "</a>", "<a href=", '"', "'", "Jo Doe", "CEO", "<script>", "&#x;", "<!--"]
        ),
        max_size=40,
    )
)
def test_markup_of_any_shape_is_read_without_failing(parts):
    pages = [Page(url=URL, html="".join(parts))]
    read_pages(pages, "acme.example")
    find_tools(pages)


ODD = st.text(alphabet=st.sampled_from("ab <>&;\x00\x1b\u202e\u200b\u2028\ud800é😀%:/?#@[]\\'\"`"), max_size=60)


@given(ODD, st.integers(1, 50))
def test_clean_text_is_one_short_harmless_line(text, limit):
    cleaned = clean_text(text, limit)
    if cleaned is not None:
        assert 0 < len(cleaned) <= limit
        assert_harmless(cleaned)
        assert cleaned == cleaned.strip()


@given(ODD)
def test_clean_url_is_http_or_nothing(text):
    for candidate in (text, f"https://{text}", f"https://a.example/{text}"):
        url = clean_url(candidate, "https://a.example/")
        assert url is None or url.startswith(("https://", "http://"))
        assert url is None or not set(url) & set(" <>\"'`\x00")


@pytest.mark.parametrize(
    "value",
    [
        *("javascript:alert(1)", "data:text/html,x", "//", "https://", "https://user:pw@a.example/", "https://[::1"),
        *("https://a.example:99999/", "ftp://a.example/", "https://localhost/", "https://a.example/" + "x" * MAX_URL),
        *(5, None),
    ],
)
def test_unfit_urls_are_dropped(value):
    assert clean_url(value) is None


# --- the process that reads


@pytest.fixture
def child_reader():
    made = ChildReader()
    yield made
    made.close()


def test_child_reads_pages_and_is_kept(child_reader):
    async def run():
        first = await child_reader.facts([Page(url=URL, html="<title>Acme</title>")], "acme.example")
        tools = await child_reader.tools([Page(url=URL, html='<script src="https://js.stripe.com/v3/"></script>')])
        return first, tools

    reading, tools = asyncio.run(run())
    assert reading.state == "live"
    assert [tool.name for tool in tools] == ["Stripe"]
    assert len(child_reader._idle) == 1


def test_page_made_to_keep_the_parser_busy_ends_the_child_not_the_lead():
    impatient = ChildReader(read_s=0.5)
    attributes = " ".join(f"a{n}=1" for n in range(120_000))

    async def run():
        await impatient.facts([Page(url=URL, html="<p>x")], "acme.example")
        started = time.monotonic()
        with pytest.raises(SourceError) as caught:
            await impatient.facts([Page(url=URL, html=f"<p {attributes}>")], "acme.example")
        again = await impatient.facts([Page(url=URL, html="<title>Acme</title>")], "acme.example")
        return caught.value.reason, time.monotonic() - started, again.state

    try:
        reason, took_s, state = asyncio.run(run())
    finally:
        impatient.close()
    assert (reason, state) == ("timeout", "live")
    assert took_s < reader.READ_S + reader.START_S


def test_failure_inside_the_child_is_a_source_failure(child_reader):
    with pytest.raises(SourceError) as caught:
        asyncio.run(child_reader.facts([], "acme.example"))
    assert caught.value.reason == "failed"


def test_child_answers_until_there_are_no_more_questions():
    import io
    import struct

    answers = io.BytesIO()
    serve(io.BytesIO(struct.pack(">I", 2) + b"{}" + b"xx"), answers)
    assert b"failed" in answers.getvalue()
