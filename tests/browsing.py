"""A real Chromium, and a watch on every page that notes what should never happen there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

# Chromium says this of an answer such as 404 or 400, which a test may well have asked for.
ORDINARY_ANSWER = "Failed to load resource"


class NoChromium(RuntimeError):
    """The page tests cannot run; the message says what to do."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser: CHROMIUM if it is set, else `chromium` on the path, never one that Playwright downloads."""
    program = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    if program is None:
        raise NoChromium(
            "Expected Chromium for the page tests; found no `chromium` on the path and nothing under CHROMIUM.\n"
            "As root: apt-get install --no-install-recommends chromium fonts-liberation"
        )
    # Chromium's own sandbox does not start for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass  # without slots: Playwright keeps a note of each listener on the object
class Watch:
    """What went wrong on a page while a test looked at it: errors, blocked content, missing files."""

    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Note every fault on this page from now on."""
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error.message}"))
        page.on("response", self._note_response)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ORDINARY_ANSWER):
            self.faults.append(f"console: {message.text}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.faults.append(f"{response.status} for {response.url}")
