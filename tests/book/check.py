#!/usr/bin/env python3
"""Checks the pages of the built book: each link and each file that a page loads must be in the book.

usage: check.py FOLDER
"""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    """The ids of a page, and the addresses that it refers to."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.targets = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.add(value)
            elif name in ("href", "src") and value:
                self.targets.add(value)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in sorted(folder.rglob("*.html"))}
    failures, followed = [], 0
    for path, page in pages.items():
        # The page for unknown addresses refers to others from the root of the site.
        if path.name in ("404.html", "toc.html"):
            continue
        for target in page.targets:
            url = urllib.parse.urlsplit(target)
            if url.scheme or url.netloc:
                continue
            followed += 1
            file = (path.parent / urllib.parse.unquote(url.path)).resolve() if url.path else path
            if not file.exists():
                failures.append(f"{path.name}: {target}: there is no such file")
            elif url.fragment and file in pages and urllib.parse.unquote(url.fragment) not in pages[file].ids:
                failures.append(f"{path.name}: {target}: there is no such heading")
    print(f"{len(pages)} pages, {followed} links, {len(failures)} broken")
    print(*failures, sep="\n")
    return 1 if failures or len(pages) < 20 or followed < 500 else 0


sys.exit(main())
