"""Asks both judges about a live server and compares what they find with explained.toml.

    examine.py SERVE.json TOKEN.json...

The arguments are the files that `seatbridge --json serve` and `seatbridge --json token issue` wrote: a token stays
out of the list of processes. A file's name is the flavour of the token's directory.
"""

import json
import random
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from scim2_cli.session import Session
from scim2_tester import Status, check_server
from scim_sanity.probe.runner import run_probe_api

# A judge that found nothing to check has not examined anything.
LEAST = {"scim2-tester": 95, "scim-sanity": 20}


@dataclass(frozen=True)
class Check:
    """One check: `good`, or with the judge's reason."""

    judge: str
    name: str
    good: bool
    reason: str

    def __str__(self):
        return f"{self.judge}: {self.name}: {self.reason}"


def scim2_tester(url, token):
    """The checks of `scim2 test`, whose session is used so that the discovery is the tool's own."""
    client = Session(url, {"Authorization": f"Bearer {token}"}, True, None, None, None).client
    for result in check_server(client):
        attribute = result.data.get("urn") if isinstance(result.data, dict) else None
        parts = [result.title, result.resource_type, attribute]
        good = result.status in (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE)
        yield Check("scim2-tester", " ".join(filter(None, parts)), good, f"{result.status.name}: {result.reason}")


def scim_sanity(url, token):
    """The checks of `scim-sanity probe --strict`."""
    for result in run_probe_api(url, token=token, strict=True)["results"]:
        status, reason = result["status"], result.get("message", "")
        yield Check("scim-sanity", result["name"], status == "pass", f"{status}: {reason}")


def examine(flavour, url, token, explanations):
    """Prints everything that is not plainly good; answers how many passed, failed, and are explained."""
    # The judges draw lots: types of addresses, booleans. The same lots each time.
    random.seed(f"seatbridge {flavour}")
    checks = [*scim2_tester(url, token), *scim_sanity(url, token)]
    findings = [check for check in checks if not check.good]
    complaints, explained, used = [], 0, set()
    for check in findings:
        matching = [
            place
            for place, known in enumerate(explanations)
            if (known["judge"], known["check"]) == (check.judge, check.name) and known["says"] in check.reason
        ]
        if matching:
            explained += 1
            used.update(matching)
            print(f"{flavour}: explained by {explanations[matching[0]]['section']}: {check}")
        else:
            complaints.append(f"{check}")
    for place, known in enumerate(explanations):
        if place not in used:
            complaints.append(f"{known['judge']}: {known['check']}: no longer found; take it out of explained.toml")
    for judge, least in LEAST.items():
        count = sum(check.judge == judge for check in checks)
        print(f"{flavour}: {judge}: {count} checks")
        if count < least:
            complaints.append(f"{judge}: only {count} checks, at least {least} expected")
    for complaint in complaints:
        print(f"{flavour}: FAILED {complaint}")
    return len(checks) - len(findings), len(complaints), explained


def data(file):
    return json.loads(Path(file).read_text())["data"]


def main(serve, *tokens):
    explanations = tomllib.loads(Path(__file__).with_name("explained.toml").read_text())["explained"]
    url = data(serve)["tenant_url"]
    counts = [examine(Path(file).stem, url, data(file)["token"], explanations) for file in tokens]
    passed, failed, explained = (sum(column) for column in zip(*counts))
    # The words of cargo's own result line, which tests/run counts.
    verdict = "FAILED" if failed else "ok"
    print(f"test result: {verdict}. {passed} passed; {failed} failed; {explained} ignored;")
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
