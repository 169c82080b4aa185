#!/usr/bin/env bash
# docs.sh: makes a site of the pages and the comments in the headers: build/docs/html/index.html.
# Fails if a reference or a link leads nowhere. scripts/setup.sh --docs installs what it needs.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")
case "$*" in
  "") ;;
  -h | --help) echo "$usage" && exit ;;
  *) echo "$usage" >&2 && exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh --docs

# All pages, the sources of the library and the examples.
DOCS_INPUT=$(git ls-files --cached --others --exclude-standard -- '*.md' '*.hpp' '*.cpp' |
  grep -Ev '^(apps|bench|tests)/.*pp$' | tr '\n' ' ')
export DOCS_INPUT

awesome=/usr/share/doxygen-awesome-css
rm -rf build/docs
mkdir -p build/docs/html

# Doxygen's own header, and in it the scripts of the theme.
doxygen -w html build/docs/header.html build/docs/footer.html build/docs/doxygen.css \
  docs/site/Doxyfile > /dev/null
scripts=(doxygen-awesome-darkmode-toggle.js doxygen-awesome-fragment-copy-button.js
  doxygen-awesome-paragraph-link.js)
for script in "${scripts[@]}"; do
  cp "$awesome/$script" build/docs/html
done
sed -i '/<\/head>/e cat docs/site/head.html' build/docs/header.html

doxygen docs/site/Doxyfile
# Doxygen links to a list of nested classes also where all of them are private and none is shown.
grep -L 'id="nested-classes"' build/docs/html/*.html | xargs sed -i '/<a href="#nested-classes">/d'
# Headers are included as <tapegrad/FOLDER/NAME.hpp>.
sed -i 's|#include &lt;<a class="el" href="[^"]*">|&tapegrad/|' build/docs/html/{class,struct}*.html
python3 tests/docs/links.py --site build/docs/html
echo "docs: build/docs/html/index.html"
