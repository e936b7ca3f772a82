"""The style sheet and scripts: built, without another organisation's marks, and served so that browsers keep them."""

import gzip
import json
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from witness_care import assets

# Marks and files that belong to GOV.UK alone; a service outside that domain may not show them.
NOT_OURS = re.compile(r"gds transport|@font-face|woff|crown|crest|govuk-icon|govuk-opengraph", re.IGNORECASE)
OWN_STYLES = assets.BUILD.parent / "src" / "_own.scss"
SECURITY_HEADER = {"X-Content-Type-Options": "nosniff"}


@pytest.fixture
def site() -> Flask:
    """A small application that serves the build."""
    app = Flask("site", static_folder=None)
    assets.init_app(app, SECURITY_HEADER)
    return app


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return assets.asset_url(name)


def fetch(app: Flask, name: str, headers: dict[str, str] | None = None) -> TestResponse:
    return app.test_client().get(address(app, name), headers=headers, buffered=True)


def built() -> assets.Build:
    build = assets.newest_build()
    assert build, "Run: make assets"
    return build


def test_the_build_holds_nothing_of_gov_uk_s_own_branding():
    folder = assets.BUILD / built().folder
    found = {
        path.name: NOT_OURS.findall(path.read_text(encoding="utf-8"))
        for path in folder.iterdir()
        if path.suffix != ".gz" and NOT_OURS.search(path.read_text(encoding="utf-8"))
    }
    assert found == {}, "@use only our own components, never header or footer, and keep $govuk-font-family"


def test_the_build_holds_no_picture_or_font_but_our_own_icon():
    folder = assets.BUILD / built().folder
    kinds = {path.name for path in folder.iterdir() if path.suffix not in (".css", ".js", ".gz")}
    assert kinds == {"favicon.svg"}


def test_the_style_sheet_asks_for_no_further_file():
    style_sheet = (assets.BUILD / built().folder / "witness-care.css").read_text(encoding="utf-8")
    assert "font-family:arial,sans-serif" in style_sheet
    assert re.findall(r"url\((?!\"?data:)[^)]*\)|@import", style_sheet) == []


def test_scripts_name_no_map_that_is_not_served():
    for name in built().files:
        if name.endswith(".js"):
            assert "sourceMappingURL" not in (assets.BUILD / built().folder / name).read_text(encoding="utf-8")


def test_our_own_script_and_styles_stay_small():
    script = (assets.BUILD / built().folder / "witness-care.js").read_bytes()
    assert len(script) <= 5 * 1024
    assert OWN_STYLES.stat().st_size <= 12 * 1024


def test_the_folder_is_named_by_what_is_in_it_and_is_the_only_one():
    folders = [path.name for path in assets.BUILD.iterdir() if path.is_dir()]
    assert folders == [json.loads((assets.BUILD / "manifest.json").read_text())["folder"]]
    assert re.fullmatch(r"[0-9a-f]{16}", folders[0])


@pytest.mark.parametrize("name", ["witness-care.css", "witness-care.js", "govuk-frontend.min.js", "favicon.svg"])
def test_a_browser_may_keep_a_file_for_ever(site, name):
    answer = fetch(site, name)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_file_comes_compressed_to_a_browser_that_can_read_that(site):
    plain = fetch(site, "witness-care.css").data
    packed = fetch(site, "witness-care.css", {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain
    assert len(packed.data) < 20 * 1024


def test_a_misspelt_file_stops_the_page_and_says_which_files_there_are(site):
    with pytest.raises(assets.AssetsNotBuilt, match=r"witness-care\.css.*the page asks for witness-car\.css"):
        address(site, "witness-car.css")


def test_without_a_build_commands_work_and_a_page_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "BUILD", tmp_path)
    app = Flask("site", static_folder=None)
    assets.init_app(app, SECURITY_HEADER)
    with pytest.raises(assets.AssetsNotBuilt, match="Run: make assets"):
        address(app, "witness-care.css")
