#!/usr/bin/env bash
# Writes docs/interface.md from the comments in the canisters' Candid files, so that what a reader finds there is what
# the modules carry in their metadata.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/lib/log.sh
. deploy/lib/log.sh
# shellcheck source=deploy/lib/canisters.sh
. deploy/lib/canisters.sh

usage() {
    cat <<USAGE
Usage: deploy/interface.sh [--check]

Writes docs/interface.md from canisters/*/*.did.

  --check  writes nothing; fails if docs/interface.md is not what would be written
USAGE
}

check=
case ${1-} in
'') ;;
--check) check=1 ;;
-h | --help)
    usage
    exit
    ;;
*) fail "unknown argument $1 (see --help)" ;;
esac

page=docs/interface.md

# In the order in which a reader meets them.
canisters=(front registry archive)
((${#canisters[@]} == ${#FAMILY[@]})) || fail "deploy/interface.sh names ${#canisters[@]} canisters, there are ${#FAMILY[@]}"

# One canister's part. The input is a .did as we write them: comments stand on lines of their own before what they are
# about, and the first paragraph of comments is about the canister.
describe() {
    local canister=$1
    awk -v canister="$canister" '
        function flush_method() {
            sub(/^[ \t]+/, "", method)
            name = method
            sub(/[ \t]*:.*/, "", name)
            printf "### %s: `%s`\n\n%s\n```candid\n%s```\n\n", canister, name, comment, method
            comment = ""
            method = ""
        }
        function depth(line,    opened, closed) {
            opened = gsub(/[({]/, "", line)
            closed = gsub(/[)}]/, "", line)
            return opened - closed
        }
        !introduced && /^\/\// { sub(/^\/\/ ?/, ""); introduction = introduction $0 "\n"; next }
        !introduced {
            introduced = 1
            printf "## %s\n\n%s\n", canister, introduction
        }
        /^service / {
            serving = 1
            header = $0
            sub(/[ \t]*\{$/, "", header)
            printf "```candid\n%s { ... }\n```\n\n", header
            next
        }
        !serving { types = types $0 "\n"; next }
        serving && method == "" && /^[ \t]*\/\// { sub(/^[ \t]*\/\/ ?/, ""); comment = comment $0 "\n"; next }
        serving && method == "" && /^[ \t]*$/ { next }
        serving && method == "" && /^}/ { serving = 2; next }
        {
            line = $0
            open += depth(line)
            sub(/^  (  )?/, "")
            method = method $0 "\n"
            if (open == 0 && line ~ /;[ \t]*$/) flush_method()
        }
        END {
            if (serving != 2 || method != "" || comment != "") exit 1
            sub(/^\n+/, "", types)
            sub(/\n+$/, "\n", types)
            printf "### %s: types\n\n```candid\n%s```\n\n", canister, types
        }
    ' "canisters/$canister/$canister.did" || fail "canisters/$canister/$canister.did is not of the form that this reads"
}

write() {
    cat <<'HEAD'
# The interface

Written by `deploy/interface.sh` from the comments in `canisters/*/*.did`. Change those and run it again; do not edit
this page.

How to read it: each method says who may call it, what it costs (in instructions of the canister itself, roughly),
which errors there are, and whether a retry helps. Users and dapps need `front` only. Operators and auditors also use
the queries of `registry` and `archive`. A query is answered by one node; whoever needs certainty calls the same method
as an update, or checks a certificate. Each module carries its own `.did` as public metadata (`candid:service`), and a
test of each canister compares the file with what the code exports.

HEAD
    for canister in "${canisters[@]}"; do
        describe "$canister"
    done
}

# Without the blank line at the end.
text=$(write)
if [[ -z $check ]]; then
    mkdir -p "$(dirname "$page")"
    printf '%s\n' "$text" >"$page"
elif ! diff --unified=1 "$page" <(printf '%s\n' "$text") >&2; then
    fail "$page is out of date: run deploy/interface.sh"
fi
