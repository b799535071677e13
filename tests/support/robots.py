"""Robots of chat services, and a webhook, as their own pages describe them.

They check signatures with Python's hmac, refuse with HTTP 200 and an error
code, count what they are sent a minute and a second, and refuse what is too
long. What they are told to do instead (hang, fail) they do once for each time
they are told.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.processes import PATIENCE, wait_until

SECRET = "SEC-of-the-tests/+="
TOKEN = "t0ken-of-the-tests"
HOUR = 3600
A_MINUTE = {"dingtalk": 20, "wecom": 20, "feishu": 100, "lark": 100}
A_SECOND = {"feishu": 5, "lark": 5, "slack": 1}
WELL = {
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "wecom": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success", "data": {}},
    "lark": {"StatusCode": 0, "StatusMessage": "success", "code": 0},
}


@dataclass
class Delivery:
    """One request, and what became of it."""

    kind: str
    name: str
    body: bytes
    headers: dict[str, str]
    query: dict[str, str]
    at: float = field(default_factory=time.monotonic)
    trouble: str = ""  # why it was not taken

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """What a reader sees."""
        body = self.json
        if self.kind == "dingtalk":
            return body["markdown"]["text"]
        if self.kind == "wecom":
            return body["markdown"]["content"]
        if self.kind in ("feishu", "lark"):
            (post,) = body["content"]["post"].values()
            return post["content"][0][0]["text"]
        return body["text"]


class Refusal(Exception):
    """An answer that is not "taken"."""

    def __init__(
        self, status: int, answer: Any, **headers: str
    ) -> None:
        super().__init__(answer)
        self.status = status
        self.answer = answer
        self.headers = headers


class Robots:
    """An HTTP server with any number of robots: url("dingtalk", "name")."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deliveries: list[Delivery] = []
        self._orders: dict[str, deque[str]] = defaultdict(deque)
        self._keywords: dict[str, str] = {}
        self._release = threading.Event()
        self._held = threading.Event()
        robots = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                robots._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def url(self, kind: str, name: str = "robot") -> str:
        """The address of a robot, its token with it."""
        token = {
            "dingtalk": f"?access_token={TOKEN}",
            "wecom": f"?key={TOKEN}",
            "webhook": "",
        }.get(kind, f"/{TOKEN}")
        port = self._server.server_port
        return f"http://127.0.0.1:{port}/{kind}/{name}{token}"

    def order(self, name: str, *what: str) -> None:
        """What the robot does with the next requests, one for each:
        "hang", "hold" (until let_go()), "refuse", "garbage", "busy" (sent too much of late), a status
        such as "503", or one with its Retry-After, "429 after 30"."""
        with self._lock:
            self._orders[name].extend(what)

    def want(self, name: str, keyword: str) -> None:
        """A DingTalk robot takes from now on only what has the keyword."""
        with self._lock:
            self._keywords[name] = keyword

    def deliveries(self, name: str = "robot") -> list[Delivery]:
        """All it was sent, taken or not."""
        with self._lock:
            return [each for each in self._deliveries if each.name == name]

    def taken(self, name: str = "robot") -> list[Delivery]:
        """What it took."""
        return [each for each in self.deliveries(name) if not each.trouble]

    def wait_for(
        self, count: int = 1, name: str = "robot", seconds: float = PATIENCE
    ) -> Delivery:
        """Wait until it has taken so many; gives the last of them."""
        wait_until(
            lambda: len(self.taken(name)) >= count,
            f"{name} to take {count} messages", seconds,
        )
        return self.taken(name)[count - 1]

    def let_go(self) -> None:
        """Take what is held, now and from now on."""
        self._held.set()

    def stop(self) -> None:
        """End it; what hangs, too."""
        self._release.set()
        self._held.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        delivery = read(request)
        with self._lock:
            orders = self._orders[delivery.name]
            order = orders.popleft() if orders else ""
        try:
            answer: Any = self._judge(delivery, order)
            status, headers = 200, {}
        except Refusal as refusal:
            delivery.trouble = str(refusal.answer)
            status, answer = refusal.status, refusal.answer
            headers = refusal.headers
        if order == "hang":
            delivery.trouble = "hung"
        with self._lock:
            self._deliveries.append(delivery)
        if order == "hang":
            self._release.wait()
            return
        if order == "hold":
            self._held.wait()
        respond(request, status, answer, headers)

    def _judge(self, delivery: Delivery, order: str) -> Any:
        """What a robot answers; Refusal where it does not take it."""
        if order[:3].isdigit():
            status, _, seconds = order.partition(" after ")
            after = {"Retry-After": seconds} if seconds else {}
            raise Refusal(int(status), "out of order", **after)
        if order == "busy":
            raise too_much(delivery.kind, "a minute")
        if order == "garbage":
            raise Refusal(200, "<html>log in first</html>")
        self._count(delivery)
        check = {
            "dingtalk": check_dingtalk, "wecom": check_wecom,
            "feishu": check_feishu, "lark": check_feishu,
            "slack": check_slack, "webhook": check_webhook,
        }[delivery.kind]
        check(delivery)
        if self._keywords.get(delivery.name, "") not in delivery.body.decode():
            raise refusal_of("dingtalk", 310000, "keywords not in content")
        if order == "refuse":
            raise refusal_of(delivery.kind, 300005, "token is not exist")
        return WELL.get(delivery.kind, "ok")

    def _count(self, delivery: Delivery) -> None:
        """Refuse what breaks the robot's limits."""
        now = time.monotonic()
        ages = [now - each.at for each in self.deliveries(delivery.name)]
        kind = delivery.kind
        if sum(age < 60 for age in ages) >= A_MINUTE.get(kind, 1 << 30):
            raise too_much(kind, "a minute")
        if sum(age < 1 for age in ages) >= A_SECOND.get(kind, 1 << 30):
            raise too_much(kind, "a second")


def too_much(kind: str, span: str) -> Refusal:
    """How a robot says that it was sent too much."""
    if kind == "slack":
        return Refusal(429, "rate_limited", **{"Retry-After": "1"})
    code = {"dingtalk": 130101, "wecom": 45009}.get(kind, 11232)
    return refusal_of(kind, code, f"send too fast, {span}")


def refusal_of(kind: str, code: int, text: str) -> Refusal:
    """How a robot refuses: with HTTP 200."""
    if kind in ("feishu", "lark"):
        return Refusal(200, {"code": code, "msg": text})
    if kind in ("dingtalk", "wecom"):
        return Refusal(200, {"errcode": code, "errmsg": text})
    return Refusal(400, text)


def check_dingtalk(delivery: Delivery) -> None:
    """customize-robot-security-settings, custom-robots-send-message."""
    stamp = delivery.query.get("timestamp", "0")
    digest = hmac.new(
        SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256
    ).digest()
    if (
        abs(time.time() - int(stamp) / 1000) > HOUR
        or delivery.query.get("sign") != base64.b64encode(digest).decode()
    ):
        raise refusal_of("dingtalk", 310000, "sign not match")
    if len(delivery.body) > 20000:
        raise refusal_of("dingtalk", 460101, "message too long")
    body = delivery.json
    if body["msgtype"] != "markdown" or not body["markdown"]["title"]:
        raise refusal_of("dingtalk", 400101, "miss param")


def check_wecom(delivery: Delivery) -> None:
    """developer.work.weixin.qq.com/document/path/91770."""
    body = delivery.json
    if body["msgtype"] != "markdown":
        raise refusal_of("wecom", 40008, "invalid message type")
    if len(body["markdown"]["content"].encode()) > 4096:
        raise refusal_of("wecom", 40058, "exceed max length 4096")


def check_feishu(delivery: Delivery) -> None:
    """document/client-docs/bot-v3/add-custom-bot."""
    body = delivery.json
    stamp = body.get("timestamp", "0")
    digest = hmac.new(
        f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256
    ).digest()
    if (
        abs(time.time() - int(stamp)) > HOUR
        or body.get("sign") != base64.b64encode(digest).decode()
    ):
        raise refusal_of("feishu", 19021, "sign match fail")
    if len(delivery.body) > 20 * 1024:
        raise refusal_of("feishu", 9499, "Bad Request")


def check_slack(delivery: Delivery) -> None:
    """api.slack.com/messaging/webhooks, changelog/2018-04."""
    if set(delivery.json) != {"text"}:
        raise Refusal(400, "invalid_payload")
    if len(delivery.json["text"]) > 4000:
        raise Refusal(400, "msg_too_long")


def check_webhook(delivery: Delivery) -> None:
    """The HMAC of rounds' own."""
    stamp = delivery.headers.get("x-rounds-timestamp", "0")
    digest = hmac.new(
        SECRET.encode(), stamp.encode() + b"." + delivery.body, hashlib.sha256
    ).hexdigest()
    if delivery.headers.get("x-rounds-signature") != f"sha256={digest}":
        raise Refusal(401, "signature")


def read(request: BaseHTTPRequestHandler) -> Delivery:
    """The request, read to its end."""
    parts = urlsplit(request.path)
    kind, name = parts.path.split("/")[1:3]
    length = int(request.headers.get("Content-Length", "0"))
    return Delivery(
        kind=kind,
        name=name,
        body=request.rfile.read(length),
        headers={k.lower(): v for k, v in request.headers.items()},
        query={
            k: v[0]
            for k, v in parse_qs(parts.query, strict_parsing=True).items()
        } if parts.query else {},
    )


def respond(
    request: BaseHTTPRequestHandler,
    status: int,
    answer: Any,
    headers: dict[str, str],
) -> None:
    """Send an answer; the other side may have gone."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    try:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body.encode())
    except OSError:
        pass
