"""GOV.UK Notify over real HTTP, as far as we use it: it answers as a test tells it, and counts what people received."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TAKE, FAIL, LIMIT, AWAY, REFUSE, VANISH, TAKE_AND_VANISH, DRIP = (
    *("take", "fail", "limit", "away", "refuse"),
    *("vanish", "take_and_vanish", "drip"),
)


class FakeNotify:
    """The server. `plan` gives what each coming request to send is answered with; afterwards everything is taken."""

    def __init__(self) -> None:
        self.plan: deque[str] = deque()
        self.taken: dict[str, dict[str, Any]] = {}
        self.received: Counter[str] = Counter()  # by our reference: what a person got
        self.requests: list[dict[str, Any]] = []
        self.list_answers = True
        self.hidden: set[str] = set()
        self.choose: Callable[[], str] | None = None
        self._lock = threading.Lock()
        outer = self

        class Handler(_Handler):
            notify = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeNotify:
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_answer(self) -> str:
        with self._lock:
            if self.plan:
                return self.plan.popleft()
        return self.choose() if self.choose else TAKE

    def take(self, body: dict[str, Any]) -> str:
        with self._lock:
            identity = str(uuid.uuid4())
            self.taken[identity] = body | {"status": "created"}
            self.received[body.get("reference", "")] += 1
            return identity

    def becomes(self, reference: str, status: str) -> str:
        """Let what was taken by our reference end so; gives its id here."""
        identity = next(key for key, body in self.taken.items() if body["reference"] == reference)
        self.taken[identity]["status"] = status
        return identity


class _Handler(BaseHTTPRequestHandler):
    notify: FakeNotify
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.notify.requests.append(body)
        answer = self.notify.next_answer()
        if answer == FAIL:
            return self._say(500, {"errors": [{"error": "Exception", "message": "Internal server error"}]})
        if answer == LIMIT:
            return self._say(429, {"errors": [{"error": "RateLimitError", "message": "slow"}]}, {"Retry-After": "90"})
        if answer == AWAY:
            return self._say(503, {"errors": []})
        if answer == REFUSE:
            return self._say(400, {"errors": [{"error": "ValidationError", "message": "phone_number Not valid"}]})
        if answer == VANISH:
            return self._hang_up()
        identity = self.notify.take(body)
        if answer == TAKE_AND_VANISH:
            return self._hang_up()
        if answer == DRIP:
            threading.Event().wait(1.5)
        return self._say(201, {"id": identity, "reference": body.get("reference"), "content": {}})

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        if split.path == "/v2/notifications":
            if not self.notify.list_answers:
                return self._say(500, {"errors": []})
            wanted = parse_qs(split.query).get("reference", [""])[0]
            found = [
                {"id": key, "reference": body["reference"], "status": body["status"]}
                for key, body in list(self.notify.taken.items())
                if body["reference"] == wanted and wanted not in self.notify.hidden
            ]
            return self._say(200, {"notifications": found, "links": {}})
        body = self.notify.taken.get(split.path.rpartition("/")[2])
        return self._say(200, {"status": body["status"]}) if body else self._say(404, {"errors": []})

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _say(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """A test's output is its own."""

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True
