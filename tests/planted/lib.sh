# shellcheck shell=bash
# The steps of tests/planted.sh. Sourced in the project's root folder after the libraries of deploy/lib.

copy=$PWD/target/planted/tree
copy_target=$PWD/target/planted/build
copy_log=$PWD/target/planted/log
report_file=$PWD/tests/planted/report.md

patch_of() { echo "tests/planted/$1.patch"; }

# header NAME KEY: the value of the line `# KEY: value` before the patch's first file.
header() { sed -n "/^\(diff\|---\) /q; s/^# $2: *//p" "$(patch_of "$1")"; }

# applies NAME: whether the patch fits the last commit. Uses an index of its own, so that the working tree may be
# in any state.
applies() {
    local index status=0
    index=$(mktemp)
    GIT_INDEX_FILE=$index git read-tree HEAD
    GIT_INDEX_FILE=$index git apply --cached --check "$(patch_of "$1")" || status=1
    rm -f "$index" "$index.lock"
    ((status == 0)) || note "$1: does not apply"
    return "$status"
}

# prepare_copy: the last commit as a clone in target/. It is kept, so only files that changed are new to cargo.
prepare_copy() {
    mkdir -p "$copy_log"
    # There is one copy: who comes second waits.
    if command -v flock >/dev/null; then
        exec 9>"$copy_log/../lock"
        flock 9
    fi
    if [[ ! -d $copy/.git ]]; then
        rm -rf "$copy"
        git clone --quiet --shared --no-checkout "$PWD" "$copy"
    fi
    git -C "$copy" fetch --quiet origin HEAD
    git -C "$copy" checkout --quiet --force --detach FETCH_HEAD
    clean_copy
}

clean_copy() {
    git -C "$copy" reset --quiet --hard
    git -C "$copy" clean --quiet -fd
}

# in_copy COMMAND...: the command in the copy, with target folders of its own. The modules name no commit, so that
# a patch does not rebuild what it does not touch, and are built with the profile that is quick after a change.
in_copy() (
    cd "$copy" || exit
    unset LOCAL_IC_BIN
    export CARGO_TARGET_DIR=$copy_target CANISTER_TARGET_DIR=$copy_target/canisters \
        ANCHORAGE_WASM_DIR=$copy_target/wasm-without-pages ANCHORAGE_COMMIT=planted ANCHORAGE_WASM_PROFILE=quick \
        LOCAL_IC_MODULE_CACHE=$copy_target/local-ic-modules POCKET_IC_MUTE_SERVER=1
    [[ -n ${POCKET_IC_BIN:-} ]] || export LOCAL_IC_BIN=$copy_target/debug/local-ic
    "$@"
)

# filter_of NAME: the patch's target as a nextest filter. A plain word is the name of a test.
filter_of() {
    local target
    target=$(header "$1" target)
    if [[ $target == *'('* ]]; then
        echo "$target"
    else
        echo "test(/(^|::)$target\$/)"
    fi
}

# packages_of NAME: the options that limit cargo to the packages whose tests the filter names.
packages_of() {
    local found
    found=$(filter_of "$1" | { grep -oE 'package\(=?[a-z-]+\)' || true; } | sed -E 's/package\(=?(.*)\)/-p \1/' |
        sort -u | paste -sd ' ' -)
    echo "${found:---workspace}"
}

# suites_of NAME: the one folder of tests/tests that the patch names, in its header or in its filter.
suites_of() {
    local suites
    suites=$(header "$1" suites)
    echo "${suites:-$(filter_of "$1" | sed -nE '/package\(=?anchorage-tests\)/s/.*binary\(=([a-z0-9_]+)\).*/\1/p')}"
}

# options_of NAME: what cargo builds and runs for it. Of the suites only the folder that is named, and with it the
# server; else every test of the packages.
options_of() {
    local packages suites
    suites=$(suites_of "$1")
    if [[ -n $suites ]]; then
        packages="-p local-ic -p anchorage-tests"
        # These run the tool as a program.
        [[ $suites != operators ]] || packages+=" -p anchorage"
        echo "$packages --bins --test $suites"
        return
    fi
    packages=$(packages_of "$1")
    [[ $packages != *anchorage-tests* ]] || packages+=" -p local-ic"
    echo "$packages --bins --tests"
}

# build_in_copy NAME: everything the tests need. Real Wasm only where suites are among them that run our canisters.
build_in_copy() {
    local options
    read -ra options <<<"$(options_of "$1")"
    if [[ -z $(header "$1" suites) && "${options[*]}" =~ --workspace|anchorage-tests ]]; then
        in_copy deploy/build.sh --without-pages || return
    fi
    in_copy cargo build "${options[@]}"
}

test_in_copy() {
    local options
    read -ra options <<<"$(options_of "$1")"
    in_copy cargo nextest run "${options[@]}" --no-fail-fast -E "$(filter_of "$1")"
}

# green_before NAME: whether the tests pass without the bug. If not, `result` says why.
green_before() {
    local name=$1 log=$copy_log/$1.before
    result=""
    if ! applies "$name"; then
        result="DOES NOT APPLY"
    elif ! { build_in_copy "$name" && test_in_copy "$name"; } >"$log" 2>&1; then
        result="NOT GREEN WITHOUT THE BUG"
        tail -n 30 "$log" >&2
    fi
    [[ -z $result ]]
}

# plant NAME: sets `result`; the status says whether the bug was found. The copy must be clean.
plant() {
    local name=$1 status=0 expected summary log=$copy_log/$1
    expected=$(header "$name" expect)
    git -C "$copy" apply "$PWD/$(patch_of "$name")"
    if ! build_in_copy "$name" >"$log.build" 2>&1; then
        result="DOES NOT BUILD"
        tail -n 30 "$log.build" >&2
    else
        test_in_copy "$name" >"$log.after" 2>&1 || status=$?
        summary=$(sed -n 's/^ *Summary \[[^]]*\] *//p' "$log.after" | tail -n 1)
        # 100 is nextest's status for tests that ran and failed; any other is trouble of another kind.
        if ((status == 0)); then
            result="NOT FOUND ($summary)"
        elif ((status != 100)); then
            result="TESTS DID NOT RUN (status $status)"
            tail -n 30 "$log.after" >&2
        elif [[ -n $expected ]] && ! grep -qE -- "$expected" "$log.after"; then
            result="RED FOR ANOTHER REASON ($summary)"
            tail -n 30 "$log.after" >&2
        elif [[ $summary != *": 0 passed"* ]]; then
            result="RED IN PART ($summary)"
        else
            result="red ($summary)"
        fi
    fi
    clean_copy
    [[ $result == red* ]]
}

# cell NAME KEY: the header as text of a Markdown table.
cell() { header "$1" "$2" | sed 's/|/\\|/g'; }

# report NAME RESULT: replaces the patch's line, keeps the others', and forgets those whose patch is gone.
report() {
    local name=$1 line kept lines=()
    if [[ -f $report_file ]]; then
        while IFS= read -r line; do
            # shellcheck disable=SC2016 # the quotes of Markdown, not of the shell
            kept=$(sed -n 's/^| `\([^`]*\)` |.*/\1/p' <<<"$line")
            if [[ -n $kept && $kept != "$name" && -f $(patch_of "$kept") ]]; then
                lines+=("$line")
            fi
        done <"$report_file"
    fi
    lines+=("| \`$name\` | $(cell "$name" breaks) | \`$(cell "$name" target)\` | $2 |")
    {
        echo "# Planted bugs: the last report"
        echo
        echo "Written by \`tests/planted.sh\`. \"red\" is what every line should say: the bug was found."
        echo
        echo "| bug | breaks | tests | result |"
        echo "|---|---|---|---|"
        printf '%s\n' "${lines[@]}" | LC_ALL=C sort
    } >"$report_file"
}
