"""What the documentation site needs beside docs/: the pages at the root of the project, and links to them."""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "README.md": "project/readme.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "benchmarks/README.md": "project/benchmarks.md",
    "src/limner/bases/README.md": "project/bases.md",
}
"""Pages elsewhere in the project, and where they are on the site."""
LINK = re.compile(r"(\]\()([^)#\s]+\.md|[^)#\s]+\.(?:png|jpg|svg)|LICENSE|README\.zh-CN\.md)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages of the project that are not in docs/."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Turns links between the project's folders into links between pages of the site."""
    own = page.file.src_uri
    source = next((name for name, where in PAGES.items() if where == own), f"docs/{own}")
    return LINK.sub(lambda found: _moved(found, source, own), markdown)


def _moved(found: re.Match[str], source: str, own: str) -> str:
    target, anchor = found[2], found[3] or ""
    if "://" in target:
        return found[0]
    path = _joined(str(Path(source).parent), target)
    if path in PAGES:
        place = PAGES[path]
    elif path.startswith("docs/"):
        place = path.removeprefix("docs/")
    else:  # not on the site: its name without a link would be better, but Markdown has no such thing
        return "](" + "../" * own.count("/") + "project/readme.md)"
    return f"]({'../' * own.count('/')}{place}{anchor})"


def _joined(folder: str, target: str) -> str:
    parts: list[str] = [] if folder == "." else folder.split("/")
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
