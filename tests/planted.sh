#!/usr/bin/env bash
# Planted bugs: each patch in tests/planted/ breaks one rule, and the tests it names must turn red for it. This is
# the test of the tests. See tests/planted/README.md for the form of a patch.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/lib/log.sh
. deploy/lib/log.sh
# shellcheck source=deploy/lib/packages.sh
. deploy/lib/packages.sh
# shellcheck source=deploy/lib/rust.sh
. deploy/lib/rust.sh
# shellcheck source=deploy/lib/tests.sh
. deploy/lib/tests.sh
# shellcheck source=tests/planted/lib.sh
. tests/planted/lib.sh

usage() {
    cat <<'USAGE'
Usage: tests/planted.sh [--check | --list] [NAME...]

Plants each named bug (default: all) into a copy of the last commit, builds, runs the tests that the patch names and
expects them to fail; before that, the same tests must pass without it. Writes tests/planted/report.md.
The copy and its builds stay in target/planted, so a second run is quick; the working tree is never touched.

  --check  only checks that each patch has its header and applies to the last commit
  --list   names the patches and what each breaks
USAGE
}

mode=run
names=()
while (($#)); do
    case $1 in
    --check) mode=check ;;
    --list) mode=list ;;
    -h | --help)
        usage
        exit
        ;;
    -*) fail "unknown option $1 (see --help)" ;;
    *) names+=("$(basename "$1" .patch)") ;;
    esac
    shift
done
if ((${#names[@]} == 0)); then
    for patch in tests/planted/*.patch; do
        [[ -f $patch ]] && names+=("$(basename "$patch" .patch)")
    done
fi
if ((${#names[@]} == 0)); then
    note "no planted bugs"
    exit
fi
for name in "${names[@]}"; do
    [[ -f $(patch_of "$name") ]] || fail "there is no $(patch_of "$name")"
    for key in target breaks; do
        [[ -n $(header "$name" "$key") ]] || fail "$(patch_of "$name") lacks the header line '# $key: ...'"
    done
done

case $mode in
list)
    for name in "${names[@]}"; do
        printf '%-36s %s\n' "$name" "$(header "$name" breaks)"
    done
    ;;
check)
    status=0
    for name in "${names[@]}"; do
        applies "$name" || status=1
    done
    ((status == 0)) || fail "a planted bug no longer applies to the last commit: adapt the patch to the code"
    note "${#names[@]} planted bugs apply"
    ;;
run)
    ensure_rust
    has_nextest || fail "this needs cargo-nextest. Run: cargo install --locked cargo-nextest"
    git diff --quiet HEAD -- . ':!tests/planted' || note "uncommitted changes are not part of the copy"
    prepare_copy
    # The copy is handed back clean, whatever happens.
    trap clean_copy EXIT
    status=0
    # First all runs without a bug: then the unchanged code is built once, not once per bug.
    sound=()
    for name in "${names[@]}"; do
        step "$name: without the bug"
        if green_before "$name"; then
            sound+=("$name")
        else
            note "$result"
            report "$name" "$result"
            status=1
        fi
    done
    for name in ${sound[@]+"${sound[@]}"}; do
        step "$name: $(header "$name" breaks)"
        plant "$name" || status=1
        note "$result"
        report "$name" "$result"
    done
    trap - EXIT
    clean_copy
    cat tests/planted/report.md
    ((status == 0)) || fail "not every planted bug was found"
    ;;
esac
