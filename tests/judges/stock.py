"""Lets an Apollo client that knows nothing of the bridge work through its key proxy.

    stock.py SEATBRIDGE SERVE.json OKTA.json APOLLO.json MASTER-KEY

gtm-apollo, unmodified, with its base URL set to the bridge and a scoped key in the place of Apollo's, at both
mounts of the proxy and as several roles. OKTA.json holds the token by which the holders join; they are people of
the fake Apollo's workspace, which APOLLO.json and the file MASTER-KEY open. SEATBRIDGE makes their keys.
"""

import json
import subprocess
import sys
from pathlib import Path

import httpx
from apollo import ApolloSDK, PermissionDeniedError

MASK = "[masked by seatbridge]"
EMAIL = "jo.doe@customer.example"


def data(text):
    return json.loads(text)["data"]


def command(seatbridge, *words, ends=(0,)):
    """What a command of the bridge answers."""
    ran = subprocess.run([seatbridge, "--json", *words], check=False, capture_output=True, text=True)
    if ran.returncode not in ends:
        sys.exit(f"seatbridge {' '.join(words)} ended with {ran.returncode}: {ran.stderr}")
    return data(ran.stdout)


def keyed(seatbridge, serve, token, holders):
    """People of the workspace join with a role each, are found there, and get a key each."""
    for role, address in holders.items():
        person = {"userName": address, "roles": [{"value": role}]}
        headers = {"authorization": f"Bearer {token}"}
        joined = httpx.post(f"{serve['tenant_url']}/Users", json=person, headers=headers, trust_env=False)
        joined.raise_for_status()
    # Findings (3) there are: strangers of the workspace.
    command(seatbridge, "reconcile", "run", ends=(0, 3))
    issue = ["key", "issue", "--holder"]
    return {role: command(seatbridge, *issue, holders[role], "--role", role)["key"] for role in holders}


def calls(client):
    """What is tried: a name, the roles that may, and the call, which answers whether it went well."""
    everyone = {"viewer", "analyst", "sales_rep", "sales_manager"}
    enriching, writing, managing = everyone - {"viewer"}, {"sales_rep", "sales_manager"}, {"sales_manager"}
    contacts, deals = client.contacts, client.opportunities

    def contact():
        made = contacts.create(first_name="Jo", last_name="Doe", email=EMAIL).contact
        contacts.update(made.id, title="Head of Sales")
        read = contacts.retrieve(made.id).contact
        return read.title == "Head of Sales" and read.email in (EMAIL, MASK) and read.email

    return [
        ("people.search", everyone, lambda: client.people.search(person_titles=["engineer"], per_page=2).people),
        ("organizations.search", everyone, lambda: client.organizations.search(per_page=2).organizations),
        ("people.enrichment", enriching, lambda: client.people.enrichment(email=EMAIL).to_dict()),
        ("organizations.enrich", enriching, lambda: client.organizations.enrich(domain="a.example").to_dict()),
        ("people.bulk_enrichment", managing, lambda: client.people.bulk_enrichment(details=[{"email": EMAIL}])),
        ("contacts", writing, contact),
        ("contacts.search", writing, lambda: contacts.search(per_page=2).contacts),
        ("contacts.bulk_create", writing, lambda: contacts.bulk_create(contacts=[{"first_name": "A"}])),
        ("opportunities.create", writing, lambda: deals.create(name="A deal").opportunity.id),
        ("opportunities.list", writing, lambda: deals.list(per_page=2).opportunities),
        ("accounts.search", writing, lambda: client.accounts.search(per_page=2).accounts),
        ("emailer_campaigns.search", writing, lambda: client.emailer_campaigns.search(per_page=2)),
        ("tasks.search", writing, lambda: client.tasks.search(per_page=2).tasks),
        ("users.search", managing, lambda: client.users.search(per_page=2).users),
    ]


def tried(role, allowed, call):
    """What is wrong with one call; nothing when all is well."""
    try:
        answer = call()
    except PermissionDeniedError as refused:
        return "refused" if role in allowed else ("" if f'"currentRole":"{role}"' in refused.response.text else "no role")
    except Exception as error:  # whatever the client makes of an answer, it is the finding
        return f"{type(error).__name__}: {error}"
    if role not in allowed:
        return "allowed"
    if not answer:
        return f"answered {answer!r}"
    if answer in (EMAIL, MASK) and (answer == EMAIL) != (role == "sales_manager"):
        return f"shows {answer!r}"
    return ""


def main(seatbridge, serve, okta, apollo, master_key):
    apollo, master_key = data(Path(apollo).read_text()), Path(master_key).read_text().strip()
    listed = httpx.get(f"{apollo['base_url']}/users/search", headers={"x-api-key": master_key}, trust_env=False)
    addresses = [user["email"] for user in listed.json()["users"]]
    holders = dict(zip(["viewer", "analyst", "sales_rep", "sales_manager"], addresses, strict=False))
    serve, token = data(Path(serve).read_text()), data(Path(okta).read_text())["token"]
    base = serve["tenant_url"].removesuffix("/scim/v2")
    passed, complaints = 0, []
    for role, key in keyed(seatbridge, serve, token, holders).items():
        for mount in ["/api/v1", "/apollo"]:
            web = httpx.Client(trust_env=False)
            client = ApolloSDK(api_key=key, base_url=base + mount, max_retries=0, http_client=web)
            for name, allowed, call in calls(client):
                wrong = tried(role, allowed, call)
                passed += not wrong
                complaints += [f"{role} at {mount}: {name}: {wrong}"] if wrong else []
    for complaint in complaints:
        print(f"gtm-apollo: FAILED {complaint}")
    print(f"gtm-apollo: {passed + len(complaints)} calls")
    verdict = "FAILED" if complaints else "ok"
    print(f"test result: {verdict}. {passed} passed; {len(complaints)} failed; 0 ignored;")
    return 1 if complaints else 0


sys.exit(main(*sys.argv[1:]))
