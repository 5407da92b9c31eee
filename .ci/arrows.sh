#!/usr/bin/env bash
# Checks in which direction packages depend on one another. Arguments: the pure libraries.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/lib/canisters.sh
. deploy/lib/canisters.sh

family=$(printf '%s|' "${FAMILY[@]}")
family=${family%|}
broken=0

# tree PACKAGE KINDS: the names of all packages that PACKAGE depends on.
tree() { cargo tree --locked --package "$1" --edges "$2" --prefix none --format '{p}' | cut -d ' ' -f 1 | sort -u; }

# never PACKAGE KINDS PATTERN WHY: no dependency may match.
never() {
    local found
    found=$(tree "$1" "$2" | grep -vx -- "$1" | grep -Ex -- "$3" | paste -sd ' ' || true)
    if [[ -n $found ]]; then
        echo "error: $1 depends on $found ($4)" >&2
        broken=1
    fi
}

for package in "$@"; do
    never "$package" normal 'ic-cdk(-.*)?|ic0' "a pure library knows no canister"
done
for canister in "${FAMILY[@]}"; do
    never "$canister" normal "$family" "canisters never depend on one another"
done
never local-ic normal,build,dev "anchorage.*|$family" "the embedded Internet Computer knows nothing about Anchorage"
exit "$broken"
