"""The status page of a patrol, asked from outside."""

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema

from support.patrol import PATIENCE, Patrol
from support.processes import wait_until
from support.program import PROJECT

SCHEMA = json.loads((PROJECT / "docs" / "status.schema.json").read_text())
# The answer of each address, by its name in the schema.
ANSWERS = {
    r"/api/v1/status": "status",
    r"/api/v1/days": "days",
    r"/api/v1/incidents": "incidents",
    r"/api/v1/endpoints/.+": "one_endpoint",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


class StatusPage:
    """Asks a patrol's page; each answer is held against what all must be."""

    def __init__(self, patrol: Patrol, number: int = 1) -> None:
        """`number`: it was told so many times where it listens."""
        told = patrol.wait_for("status_page", count=number)
        self.url = told["url"]
        place = urlsplit(self.url)
        assert place.hostname and place.port
        self.host, self.port = place.hostname, place.port
        wait_until(lambda: self.ask("/healthz").status == 200, "health")

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> Reply:
        """One request; of a header's name `_` is a `-`."""
        connection = http.client.HTTPConnection(
            self.host, self.port, timeout=PATIENCE
        )
        connection.request(
            method, path,
            headers={n.replace("_", "-"): v for n, v in headers.items()},
        )
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.headers, answer.read())
        connection.close()
        hold_to_rules(path, reply)
        return reply

    def get(self, path: str, **headers: str) -> Reply:
        """A request that is answered."""
        reply = self.ask(path, **headers)
        assert reply.status == 200, (path, reply)
        return reply

    def status(self, **headers: str) -> Any:
        """/api/v1/status"""
        return self.get("/api/v1/status", **headers).json

    def endpoint(self, name: str) -> Any:
        """/api/v1/endpoints/NAME"""
        return self.get("/api/v1/endpoints/" + quote(name, safe="")).json

    def wait_for(self, is_so: Callable[[Any], bool], what: str) -> Any:
        """The first status of which that is true."""
        found: list[Any] = []

        def look() -> bool:
            reply = self.ask("/api/v1/status")
            if reply.status == 200 and is_so(reply.json):
                found.append(reply.json)
            return bool(found)

        wait_until(look, what, PATIENCE)
        return found[0]

    def wait_until_known(self) -> Any:
        """The first status in which all endpoints have been asked."""
        return self.wait_for(
            lambda status: status["summary"]["not_known"] == 0,
            "all are known",
        )


def hold_to_rules(path: str, reply: Reply) -> None:
    """What every answer has to be, whatever was asked."""
    headers = reply.headers
    for name, value in HEADERS.items():
        assert headers[name] == value, (path, name)
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] in ("no-store", "no-cache")
    address = path.partition("?")[0]
    if not address.startswith("/api/") or not reply.body:
        return
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    kind = "error"
    if reply.status == 200:
        kind = next(
            kind for pattern, kind in ANSWERS.items()
            if re.fullmatch(pattern, address)
        )
    jsonschema.validate(
        reply.json, {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    )
