#!/usr/bin/env python3
"""The page of a report in headless Chromium.

  page_test.py [TRAIN_SENTIMENT] [CLASS[.TEST] ...]

With the program, the page of a real training is tried too. Exits with 77 where Chromium, its
driver, Selenium or the chart library is missing.
"""

import os
import sys
import unittest

import assemble

try:
    import browser
except ImportError:
    browser = None

absent = [
    name
    for name, there in [
        ("python3-selenium", browser),
        ("libjs-chart.js", assemble.chart_library()),
        ("chromium", browser and browser.SERVERS["chromium"]),
        ("chromium-driver", browser and browser.SERVERS["chromedriver"]),
    ]
    if not there
]
if absent:
    print(f"no {', '.join(absent)}: skipped")
    sys.exit(77)

if len(sys.argv) > 1 and os.path.exists(sys.argv[1]):
    os.environ["TRAIN_SENTIMENT"] = os.path.abspath(sys.argv.pop(1))

from page_cut_short import Interrupted, Resumed  # noqa: E402, F401
from page_map import Map, Search  # noqa: E402, F401
from page_reports import EveryReport, Headline, RealReport  # noqa: E402, F401
from page_use import Keyboard, Looks, Sections  # noqa: E402, F401

unittest.main(verbosity=2)
