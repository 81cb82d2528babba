"""Checks of the documentation site: `check.py examples|links|browser FOLDER`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


def examples(folder: Path) -> list[str]:
    """Runs the blocks `console` of each guide in one folder and compares what they print; --bless writes it."""
    faults, count = [], 0
    for guide in sorted(folder.glob("*.md")):
        with tempfile.TemporaryDirectory() as work:
            text = guide.read_text("utf-8")

            def ran(block: re.Match[str], work: str = work) -> str:
                commands = re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]
                out = ""
                for command in commands:
                    lines = command.splitlines()
                    size = next(i for i, line in enumerate(lines) if not line.endswith("\\")) + 1
                    path = f"{os.environ['RELCORE_BIN']}:{os.environ['PATH']}"
                    shell = ["bash", "-c", "\n".join(lines[:size])]
                    done = subprocess.run(
                        shell,
                        check=False,
                        cwd=work,
                        env={**os.environ, "PATH": path},
                        capture_output=True,
                        text=True,
                    )
                    printed = done.stdout + done.stderr
                    out += "$ " + "\n".join(lines[:size]) + "\n" + printed
                nonlocal count
                count += len(commands)
                return f"```console\n{out}```"

            found = re.sub(r"^```console\n(.*?)^```", ran, text, flags=re.MULTILINE | re.DOTALL)
            if found != text and "--bless" in sys.argv:
                guide.write_text(found, "utf-8")
            elif found != text:
                lines = [
                    new for old, new in zip(text.splitlines(), found.splitlines(), strict=False) if old != new
                ]
                faults.append(f"{guide.name}: a command prints otherwise: {lines[:3]}")
    print(f"{count} commands of the guides ran")
    return faults if count else ["the guides have no command"]


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is not None and name in ("href", "src"):
                self.links.append(value)
            elif value is not None and name in ("id", "name"):
                self.anchors.add(value)


def own_pages(site: Path) -> list[Path]:
    """All pages except rustdoc's, whose links rustdoc checks."""
    return [path for path in sorted(site.rglob("*.html")) if path.relative_to(site).parts[0] != "rust"]


def links(site: Path) -> list[str]:
    """The links of all pages that lead to no file, or to no anchor of a page."""
    page = cache(Page)
    faults, count = [], 0
    for path in own_pages(site):
        for link in page(path).links:
            parts = urlsplit(link)
            if parts.scheme in ("https", "mailto", "data"):
                continue
            count += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            shown = f"{path.relative_to(site)}: `{link}`"
            if not target.is_file():
                faults.append(f"{shown} leads to nothing")
                continue
            if not parts.fragment or target.suffix != ".html":
                continue
            if unquote(parts.fragment) not in page(target).anchors:
                faults.append(f"{shown} leads to no anchor")
    print(f"{count} links of {len(own_pages(site))} pages")
    return faults if count else ["the site has no link"]


def browser(site: Path) -> list[str]:
    """What the pages say on the console of Chromium. All are frames of one page, and one more has an error to be seen."""
    if not shutil.which("chromium"):
        return ["the pages need Debian's package `chromium` to be opened"]
    with tempfile.TemporaryDirectory() as work:
        broken = Path(work, "broken.html")
        broken.write_text("<script>throw new Error('seen')</script>")
        pages = [*own_pages(site), site / "rust/relcore/index.html", broken]
        frames = "".join(f'<iframe onload="n++;tell()" src="{page.as_uri()}"></iframe>' for page in pages)
        harness = Path(work, "all.html")
        harness.write_text(
            "<p id=p></p><script>let n = 0; function tell() { p.textContent = 'loaded ' + n }</script>"
            + frames
        )
        flags = "--headless --no-sandbox --disable-gpu --enable-logging=stderr --virtual-time-budget=60000 --dump-dom"
        command = ["chromium", *flags.split(), f"--user-data-dir={work}/profile", harness.as_uri()]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    loaded = re.search(r"loaded (\d+)", done.stdout)
    count = int(loaded[1]) if loaded else 0
    print(f"{count - 1} pages opened in Chromium")
    faults = [line for line in said if "broken.html" not in line]
    if len(faults) == len(said):
        faults.append("the error that was planted was not seen")
    if count != len(pages):
        faults.append(f"{count} of {len(pages)} pages were loaded: {done.stderr[-500:]}")
    return faults


if __name__ == "__main__":
    checks = {"examples": examples, "links": links, "browser": browser}
    found = checks[sys.argv[1]](Path(sys.argv[2]).resolve())
    for fault in found:
        print(fault, file=sys.stderr)
    sys.exit(bool(found))
