# shellcheck shell=bash
# What every script says, and how: steps with their time on stderr, so that stdout stays for results.
# Sourced. Needs nothing.

# step TEXT: what happens next. Bold for people, plain in a file.
step() {
    if [[ -t 2 ]]; then
        printf '\033[1m==> %s\033[0m\n' "$*" >&2
    else
        printf '==> %s\n' "$*" >&2
    fi
}

# note TEXT: a detail of the present step.
note() { printf '    %s\n' "$*" >&2; }

# fail TEXT: says why and ends the script.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# minutes SECONDS: "3 min 07 s".
minutes() { printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); }

# timed TEXT COMMAND...: runs the command as a step and says how long it took. The command's status is
# the function's, and its output is left alone, so that cargo shows its progress.
timed() {
    local text=$1 begin=$SECONDS status=0
    shift
    step "$text"
    "$@" || status=$?
    if ((status == 0)); then
        note "$text: $(minutes $((SECONDS - begin)))"
    else
        note "$text: FAILED with status $status after $(minutes $((SECONDS - begin)))"
    fi
    return "$status"
}

# limited SECONDS COMMAND...: the command with a time limit, where the machine has `timeout`.
limited() {
    local seconds=$1
    shift
    if command -v timeout >/dev/null; then
        timeout "$seconds" "$@"
    else
        "$@"
    fi
}
