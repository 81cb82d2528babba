"""Packs a wheel again, smaller: Zopfli finds shorter forms of DEFLATE, which every installer reads."""

import sys
import zipfile

import zopfli

for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as wheel:
        entries = [(entry, wheel.read(entry)) for entry in wheel.infolist()]
    with zopfli.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, iterations=1) as packed:
        for entry, content in entries:
            packed.writestr(entry, content)
