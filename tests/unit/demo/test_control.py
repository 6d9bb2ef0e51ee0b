"""The control service: how a test changes the world of a demo in another process."""


def test_company_and_person_made_over_http_are_on_the_web(visit):
    async def make(visitor):
        facts = {"name": "Fernhill Optics", "employees": 321, "mx": ["10 mx.zoho.eu"], "style": "university"}
        made = await visitor.control("PUT", "/world/companies/fernhill.example", facts)
        person = {"name": "Ola Nordmann", "title": "Lens Grinder", "company": "fernhill.example"}
        await visitor.control("PUT", "/world/people/ola@fernhill.example", person)
        home = await visitor.get("https://www.fernhill.example/")
        return made, home, await visitor.get("https://www.fernhill.example/people")

    (status, company), home, team = visit(make)
    assert (status, company["employees"]) == (200, 321)
    assert '"value": 321' in home.text
    assert "Ola Nordmann" in team.text
    assert "Lens Grinder" in team.text


def test_patch_changes_only_the_facts_it_names(visit):
    async def change(visitor):
        before = await visitor.control("GET", "/world/companies/werkhof.example")
        return before[1], (await visitor.control("PATCH", "/world/companies/werkhof.example", {"employees": 24}))[1]

    before, after = visit(change)
    assert after == before | {"employees": 24}


def test_unknown_fact_is_named(visit):
    status, body = visit(lambda v: v.control("PUT", "/world/companies/x.example", {"employes": 3}))
    assert (status, body["error"]) == (400, "unknown facts: employes")


def test_fact_of_the_wrong_type_is_refused(visit):
    status, body = visit(lambda v: v.control("PATCH", "/world/companies/werkhof.example", {"employees": "many"}))
    assert status == 400
    assert "employees" in body["error"]


def test_deleted_company_is_unknown(visit):
    async def delete(visitor):
        await visitor.control("DELETE", "/world/companies/parkedname.example")
        return await visitor.control("GET", "/world/companies/parkedname.example")

    assert visit(delete)[0] == 404


def test_other_host_names_are_refused(visit):
    async def rebind(visitor):
        url = f"{visitor.net.control.url}/world"
        async with visitor.session.get(url, headers={"Host": "evil.example"}) as response:
            return response.status

    assert visit(rebind) == 400
