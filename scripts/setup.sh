#!/bin/sh
# Makes .venv what the lock file says, or leaves it alone where it already is.
#
#   scripts/setup.sh run    what the bot needs: requirements.lock
#   scripts/setup.sh dev    what tests and lint need on top: requirements-dev.lock
#
# The Makefile calls it before every command. It may be interrupted at any point and may run twice
# at once. POSIX sh and the tools that Linux and macOS share, nothing else.
set -eu
unset CDPATH
cd -- "$(dirname -- "$0")/.."

need=$1
python=.venv/bin/python
stamp=.venv/.set-up
lock=.state/setup.lock
log=.state/logs/setup.log
child=
ticker=

# ----- what the screen shows -----

# One line that counts the seconds where there is a terminal, a plain line elsewhere.
show() {
    hide
    if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then
        (
            seconds=0
            while kill -0 $$ 2>/dev/null; do
                printf '\r\033[K%s %s s' "$1" "$seconds" >&2
                sleep 1
                seconds=$((seconds + 1))
            done
        ) &
        ticker=$!
    else
        printf '%s\n' "$1" >&2
    fi
}

hide() {
    [ -n "$ticker" ] || return 0
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=
    printf '\r\033[K' >&2
}

fail() {
    hide
    printf '%s\n' "$1" >&2
    exit 1
}

leave() {
    hide
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    [ "$(readlink "$lock" 2>/dev/null)" != $$ ] || rm -f "$lock"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# In the background with a wait, for a shell answers no signal while a command runs in front.
quietly() {
    printf '\n$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
    return $status
}

step() {
    quietly "$@" && return
    hide
    awk '/^\$ / { n = 0 } { line[n++] = $0 } END { for (i = n > 15 ? n - 15 : 0; i < n; i++) print line[i] }' "$log" >&2
    fail "The set-up failed at the step above; all of it is in $log. Run the command again to go on."
}

# ----- what is there already -----

here=$(pwd -P)
# The folder belongs to it: the commands in .venv/bin name the interpreter by its whole path.
sum() { { echo "$here"; cat "$@"; } | cksum | tr ' ' '-'; }
run_sum=$(sum requirements.lock pyproject.toml .python-version scripts/setup.sh)
dev_sum=$(sum requirements.lock requirements-dev.lock pyproject.toml .python-version scripts/setup.sh)

has() { [ -x "$python" ] && grep -q "$1" "$stamp" 2>/dev/null; }

is_set_up() {
    case $need in
        run) has "^run $run_sum\$" ;;
        dev) has "^dev $dev_sum\$" ;;
        *) fail "Usage: scripts/setup.sh run|dev" ;;
    esac
}

is_set_up && exit

# ----- one at a time -----

mkdir -p .state/logs
chmod 700 .state  # conversations are kept there
# A symbolic link is made in one go and says who made it: no moment where the lock has no owner.
tries=0
until ln -s $$ "$lock" 2>/dev/null; do
    owner=$(readlink "$lock" || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
        # Its owner was killed. Of several who see that, one alone can move it away.
        mv "$lock" "$lock.$$" 2>/dev/null && rm -f "$lock.$$" && continue
    fi
    [ $tries -gt 0 ] || show "Another set-up is at work in this folder; waiting for it …"
    tries=$((tries + 1))
    [ $tries -lt 1800 ] || fail "Gave up waiting for another set-up; if none is running, delete $lock."
    sleep 1
done
is_set_up && exit
show "Setting up Python packages (a few minutes the first time) …"
: >"$log"

# ----- uv -----

# Too old to know the options used below.
is_recent() { case $("$1" --version 2>/dev/null) in "uv 0."[0-4].*|"") return 1 ;; esac; }

install_uv() {
    for candidate in python3 python; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 || continue
        rm -rf .state/uv
        if quietly "$candidate" -m venv .state/uv; then
            quietly .state/uv/bin/python -m pip install --require-hashes -r scripts/uv.txt && return
        fi
        # Debian splits venv off; pip alone will do.
        rm -rf .state/uv
        quietly "$candidate" -m pip install --target .state/uv --require-hashes -r scripts/uv.txt && return
    done
    return 1
}

if is_recent uv; then
    uv=uv
else
    uv=.state/uv/bin/uv
    is_recent "$uv" || install_uv || fail "Please install uv (https://docs.astral.sh/uv/), or Python 3.8 or later \
with pip and venv (on Debian: apt install python3-venv), then run the command again. Details: $log"
fi

# ----- the environment -----

packages=requirements.lock
# What was set up for tests stays so.
if [ "$need" = dev ] || has '^dev '; then packages=requirements-dev.lock; fi

keep=--allow-existing
# One that moved with its folder names the old place in every command; uv empties it.
if [ -f "$stamp" ] && ! grep -qxF "in $here" "$stamp"; then keep=--clear; fi

version=$(cat .python-version)
is_wanted='import sys; sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])'
if [ $keep = --clear ] || ! "$python" -c "$is_wanted" "$version" 2>/dev/null; then
    step "$uv" venv $keep --no-project --python "$version" .venv
fi
# Not yet current again, but remembered as set up for tests.
if has '^dev '; then printf 'in %s\ndev unfinished\n' "$here" >"$stamp"; else rm -f "$stamp"; fi

# Packages without a wheel are built with the setuptools of the lock, not with tomorrow's.
step "$uv" pip sync --python "$python" --require-hashes --build-constraints requirements.lock \
    --compile-bytecode "$packages"
step "$uv" pip install --python "$python" --no-deps --no-build-isolation --editable .
step "$python" -m ask_resc.runtime.install_pth

{
    echo "in $here"
    echo "run $run_sum"
    [ $packages = requirements.lock ] || echo "dev $dev_sum"
} >"$stamp.new"
mv "$stamp.new" "$stamp"
