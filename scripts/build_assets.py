"""Builds the style sheet and scripts into a folder named by what is in it, so that a browser may keep them for ever."""

import gzip
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

STATIC = Path("witness_care/static")
SOURCE = STATIC / "src"
BUILD = STATIC / "build"
MANIFEST = BUILD / "manifest.json"

STYLE_SHEET = "witness-care.scss"
LIBRARY_SCRIPT = Path("node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js")


def inputs(root: Path) -> list[Path]:
    """Every file that decides what the build holds, in a fixed order."""
    sources = sorted(path for path in (root / SOURCE).rglob("*") if path.is_file())
    return [root / "package-lock.json", Path(__file__).resolve(), *sources]


def build(root: Path, *, node: Sequence[str]) -> Path:
    """Build everything and return the new folder; the manifest names it, and older builds are removed."""
    (root / BUILD).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / BUILD, prefix=".making-") as work:
        made = Path(work) / "files"
        made.mkdir()
        make_style_sheet(root, made, node)
        make_scripts(root, made)
        copy_pictures(root, made)
        folder = root / BUILD / content_hash(made)
        compress(made)
        if not folder.exists():
            made.rename(folder)
    write_manifest(root, folder)
    remove_older_builds(root, keep=folder)
    return folder


def make_style_sheet(root: Path, made: Path, node: Sequence[str]) -> None:
    """Compile the one Sass entry; a deprecation stops the build, so that it is met when it is new."""
    sass = root / "node_modules" / "sass" / "sass.js"
    options = ["--style=compressed", "--no-source-map", "--no-charset", "--fatal-deprecation=1.92.0"]
    output = made / Path(STYLE_SHEET).with_suffix(".css").name
    subprocess.run(
        [*node, str(sass), *options, "--load-path=node_modules", str(SOURCE / STYLE_SHEET), str(output)],
        check=True,
        cwd=root,
        stdin=subprocess.DEVNULL,
    )


def make_scripts(root: Path, made: Path) -> None:
    """Copy our scripts and the library's; without its last line, which names a map that is not served."""
    library = (root / LIBRARY_SCRIPT).read_text(encoding="utf-8")
    (made / LIBRARY_SCRIPT.name).write_text(library.split("//# sourceMappingURL=")[0].rstrip() + "\n", encoding="utf-8")
    for script in sorted((root / SOURCE).glob("*.js")):
        shutil.copyfile(script, made / script.name)


def copy_pictures(root: Path, made: Path) -> None:
    """Copy our own pictures as they are."""
    for picture in sorted((root / SOURCE).glob("*.svg")):
        shutil.copyfile(picture, made / picture.name)


def content_hash(made: Path) -> str:
    """A short name for exactly these files."""
    digest = hashlib.sha256()
    for path in sorted(made.iterdir()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def compress(made: Path) -> None:
    """Lay a gzip file beside each file, the same bytes every time."""
    for path in sorted(made.iterdir()):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))


def write_manifest(root: Path, folder: Path) -> None:
    """Name the folder and its files; replaced in one step, so that a reader never sees half of it."""
    files = sorted(path.name for path in folder.iterdir() if path.suffix != ".gz")
    draft = (root / MANIFEST).with_suffix(".draft")
    draft.write_text(json.dumps({"folder": folder.name, "files": files}, indent=2) + "\n", encoding="utf-8")
    draft.replace(root / MANIFEST)


def remove_older_builds(root: Path, *, keep: Path) -> None:
    """Only the newest build is served and packed."""
    for path in (root / BUILD).iterdir():
        if path.is_dir() and path != keep:
            shutil.rmtree(path)
