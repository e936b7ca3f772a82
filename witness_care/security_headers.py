"""What every answer tells the browser it may not do."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g

POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
UNUSED_FEATURES = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), usb=()"
)
FIXED = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": UNUSED_FEATURES,
}
OVER_TLS_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def init_app(app: Flask) -> None:
    app.after_request(_add)
    app.context_processor(lambda: {"cspNonce": nonce()})


def nonce() -> str:
    """The word by which this answer's page may run its one script."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def for_static_files(*, production: bool) -> dict[str, str]:
    """The headers of the built files, which do not pass through Flask. They alone may be kept by the browser."""
    always = {**FIXED, "Content-Security-Policy": POLICY.format(nonce="")}
    return {**always, **OVER_TLS_ONLY} if production else always


def _add(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers[name] = value
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=f" 'nonce-{nonce()}'")
    response.headers["Cache-Control"] = "no-store"
    if current_app.config["PRODUCTION"]:
        response.headers.update(OVER_TLS_ONLY)
    return response
