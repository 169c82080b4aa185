#!/usr/bin/env python3
"""Puts data into the page of a report, as report_page (report/report.hpp) does.

  assemble.py data.json > report.html
"""

import glob
import json
import os
import re
import sys

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "report", "page")
CHART = "/usr/share/javascript/chart.js"
LICENCE = "/usr/share/doc/libjs-chart.js/copyright"


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def chart_library():
    """The path of the chart library, or None where it is not installed."""
    found = [
        os.path.join(CHART, name) for name in ["chart.umd.min.js", "chart.min.js", "Chart.min.js"]
    ]
    return next((path for path in found if os.path.exists(path)), None)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def together(extension):
    return "".join(read(path) for path in sorted(glob.glob(os.path.join(PAGE, f"*.{extension}"))))


def page(data):
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    parts = {
        "title": escaped(data["title"]),
        "style": together("css"),
        "script": together("js"),
        "data": text.replace("<", "\\u003c"),
        "chart": read(chart_library()),
        "licence": escaped(read(LICENCE)),
    }
    return re.sub(
        r"\{\{(\w+)\}\}", lambda match: parts[match[1]], read(os.path.join(PAGE, "report.html"))
    )


if __name__ == "__main__":
    sys.stdout.write(page(json.loads(read(sys.argv[1]))))
