#!/usr/bin/env bash
# Takes the pictures that docs/users.md shows over from the last run of the browser suite.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/lib/log.sh
. deploy/lib/log.sh

while read -r name; do
    picture=tests/browser/screens/$name-narrow.png
    [[ -f $picture ]] || fail "$picture is missing. Run: tests/run.sh browser"
    cp "$picture" "docs/pictures/$name.png"
done < <(grep -o 'pictures/[a-z-]*\.png' docs/users.md | sed 's|pictures/||; s|\.png||' | sort -u)
