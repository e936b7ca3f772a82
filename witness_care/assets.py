"""Serves the built style sheet and scripts, under names that change when they do, so that browsers may keep them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, current_app
from whitenoise import WhiteNoise

BUILD = Path(__file__).parent / "static" / "build"
PREFIX = "/assets"


class AssetsNotBuilt(RuntimeError):
    """A page asked for a style sheet or script that set-up has not made."""


@dataclass(frozen=True, slots=True)
class Build:
    """What set-up made: a folder named by its content, and the names of the files in it."""

    folder: str
    files: tuple[str, ...]


def init_app(app: Flask, headers: Mapping[str, str]) -> None:
    """Serve the newest build and give templates `asset_url`; without a build only the pages fail, not the commands.

    These answers do not pass through Flask, so they carry the `headers` given here.
    """
    build = newest_build()
    app.extensions["assets"] = build
    app.jinja_env.globals["asset_url"] = asset_url
    if build is None:
        return

    def add_headers(answer: Headers, _path: str, _url: str) -> None:
        for name, value in headers.items():
            answer[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=BUILD / build.folder,
        prefix=f"{PREFIX}/{build.folder}/",
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        add_headers_function=add_headers,
    )


def asset_url(name: str) -> str:
    """Where a browser finds one built file, for example `witness-care.css`."""
    build: Build | None = current_app.extensions["assets"]
    if build is None:
        raise AssetsNotBuilt(f"Expected the built file {name}; nothing was built. Run: make assets")
    if name not in build.files:
        raise AssetsNotBuilt(f"Expected one of the built files {', '.join(build.files)}; the page asks for {name}.")
    return f"{PREFIX}/{build.folder}/{name}"


def newest_build() -> Build | None:
    """The build that the manifest names; None when nothing was built."""
    try:
        manifest = json.loads((BUILD / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Build(folder=manifest["folder"], files=tuple(manifest["files"]))
