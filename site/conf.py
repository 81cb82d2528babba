"""Sphinx's settings for the documentation site; `cargo xtask docs` assembles the pages and runs it."""

import os
import sys

sys.path.insert(0, os.environ["RELCORE_PYTHON"])

project = "relcore"
copyright = "The relcore authors"
html_title = "relcore"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_extra_path = ["extra"]

# The Python modules are read without their native library, which binds names when it is loaded.
autodoc_mock_imports = ["relcore._native"]
autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
nitpicky = False


def markdown(app, what, name, obj, options, lines):
    """The docstrings are Markdown: code in single backticks, and lists without a blank line before them."""
    out: list[str] = []
    for line in lines:
        item = line.lstrip().startswith(("- ", "* ")) or line.lstrip()[:2].rstrip(".").isdigit()
        before = out[-1] if out else ""
        if (
            item
            and before.strip()
            and not before.lstrip().startswith(("- ", "* "))
            and not before.startswith("  ")
        ):
            out.append("")
        out.append(line.replace("\\", "\\\\").replace("`", "``") if "``" not in line else line)
    lines[:] = out


def setup(app):
    app.connect("autodoc-process-docstring", markdown)
