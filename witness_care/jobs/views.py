"""Two addresses for monitors: `/healthz` says that the process answers, `/readyz` whether to rely on it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from witness_care import clock
from witness_care.accounts.permissions import route_policy
from witness_care.jobs.readiness import readiness

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/healthz")
@route_policy(permission="anyone")
def healthz() -> Response:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@route_policy(permission="anyone")
def readyz() -> Response:
    checks = readiness(clock.now())
    ready = all(check.ok for check in checks)
    response = jsonify(
        {
            "status": "ready" if ready else "not ready",
            "checks": [{"name": check.name, "ok": check.ok, "words": check.words} for check in checks],
        }
    )
    response.status_code = 200 if ready else 503
    return response
