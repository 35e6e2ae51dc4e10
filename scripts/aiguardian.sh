#!/bin/sh
# The operator's verbs. Thin on purpose: it installs, then hands over to the program.
# POSIX sh. Index addresses, proxies and certificates come from the environment (pip's and
# uv's own variables and files); this script sets none.
set -eu

usage() {
    cat <<'HELP'
Usage: ./scripts/aiguardian.sh <verb> [arguments]

  dev      Install what is missing into .venv, then run the gateway in the foreground.
           Stop it with Ctrl-C or SIGTERM. PORT (default 8000) and AIGUARDIAN_HOME
           (default .aiguardian in the project) are honoured. Arguments go to `serve`.
  doctor   Print the settings in effect, secrets masked, and try each dependency.
  test     Everything a change must pass: the checks, then pytest, in two shares side by side.
           Arguments go to pytest, which then runs once.
  check    The checks alone: ruff, mypy, import-linter, bandit, our own scanner, shellcheck,
           pip-audit where a list of vulnerabilities can be reached.
  setup    Install the program and the development tools into .venv, and stop there.
  help     Print this.

On one machine, with Docker:
  compose-up       Start the product: gateway, guards, what keeps their state. Waits until ready.
  compose-down     Stop it. The data stays, unless --with-data.
  prod             Start it with an external database and Redis (docker-compose.prod.yml).

Settings:
  setup-external   Tell it of the database, Redis, provider, Clerk, Stripe: asked, or by flags.
  setup-secrets    Generate keys into AWS Secrets Manager; --rotate gives new ones.
  validate         Check the settings, and try what they point to.

In AWS, as Terraform made it:
  push-containers  Build the images and push those that the registry lacks.
  deploy-prod      Run them by digest, wait, and go back when one fails.
  rollback         Run what was run before.

Looking and keeping:
  health-check     Whether the gateway answers and its services run.
  logs             What the services wrote.
  backup           Copy the database and the audit's files.
  restore          Put a backup in the place of what is there, and verify the audit.

Every verb has --help, and --dry-run says what would be done (docs/devops.md).

PYTHON=/path/to/python chooses the interpreter (3.11, 3.12 or 3.13) for a new .venv.
HELP
}

about() { # about <verb>: what it takes, for the verbs that this script does by itself
    cat <<HELP
Usage: ./scripts/aiguardian.sh $1 [--dry-run]${2:+ $2}

$3
  --help     Print this.
  --dry-run  Say what would be done, and change nothing.
HELP
}

help_of() {
    case $1 in
    dev) about dev '[ARGUMENTS]' 'Installs what is missing into .venv, then runs the gateway in the foreground. ARGUMENTS go to
aiguardian serve: --host, --port.' ;;
    doctor) about doctor '' 'Prints the settings in effect, secrets masked, and tries what they point to.' ;;
    test) about test '[ARGUMENTS]' 'Runs every check, then pytest in two shares side by side. ARGUMENTS go to pytest,
which then runs once.' ;;
    check) about check '' 'Runs ruff, mypy, import-linter, bandit, our own scanner, shellcheck and pip-audit.' ;;
    setup) about setup '' 'Installs the program and the development tools into .venv.' ;;
    esac
}

say() { printf 'aiguardian.sh: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

script=$(readlink -f -- "$0" 2>/dev/null) || script=$0
root=$(CDPATH='' cd -- "$(dirname -- "$script")/.." && pwd -P)
venv=$root/.venv

usable() { # usable <python> <statement>: it starts, executes the statement, is of the right age
    # 3.14 and later: rs-bpe has no wheels for them, and would need a Rust compiler.
    "$1" -c "$2
import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" >/dev/null 2>&1
}

find_python() { # print a Python that can build a virtual environment, or say what was tried
    tried=''
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3 python; do
        if usable "$candidate" 'import venv, ensurepip'; then
            command -v -- "$candidate"
            return
        fi
        version=$("$candidate" -c 'import sys; print("is %d.%d.%d" % sys.version_info[:3])' \
            2>/dev/null) || version='is not there, or does not start'
        if usable "$candidate" ''; then # Debian packs the parts of a Python apart
            version="$version, without venv (Debian and Ubuntu: install python3-venv)"
        fi
        tried="$tried
  $candidate $version"
        [ "$candidate" != "${PYTHON:-}" ] || break # asked for by name: no other will do
    done
    say "found no Python of version 3.11, 3.12 or 3.13 that can be used. Tried:$tried"
    say "install one, or name it: PYTHON=/path/to/python3.12 ./scripts/aiguardian.sh $verb"
    return 1
}

has_uv() { uv --version >/dev/null 2>&1; } # a shim may exist and yet not run

make_venv() { # keep a working .venv, whoever made it; else build one
    if [ -e "$venv/.project" ] && [ "$(cat "$venv/.project")" != "$root" ]; then
        say 'the project was moved or copied: building .venv anew'
        rm -rf -- "$venv"
    elif [ -e "$venv" ] && ! usable "$venv/bin/python" ''; then
        say 'the Python of .venv does not start, or is not 3.11 to 3.13: building .venv anew'
        rm -rf -- "$venv"
    fi
    [ ! -e "$venv" ] || return 0
    say 'creating .venv'
    if has_uv && { [ -z "${PYTHON:-}" ] || usable "$PYTHON" ''; } &&
        uv venv --quiet --python "${PYTHON:->=3.11,<3.14}" "$venv"; then
        return
    fi
    python=$(find_python) || exit 1
    "$python" -m venv --clear "$venv" || die "could not create $venv with $python"
}

install_lock() { # install exactly what a lock file names, each file checked against its hash
    if has_uv; then
        say "installing $1 with uv"
        # --python, because an active environment must not receive the packages instead.
        if uv pip install --quiet --python "$venv/bin/python" --compile-bytecode \
            --require-hashes -r "$root/$1"; then
            return
        fi
        say 'uv could not install it; trying pip, which has settings of its own'
    else
        say "installing $1 with pip (a minute or two, the first time only)"
    fi
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 ||
        "$venv/bin/python" -m ensurepip >/dev/null 2>&1 ||
        die '.venv holds no pip and none can be added; delete .venv and try again'
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
        --require-hashes -r "$root/$1" ||
        die "could not install $1: see docs/troubleshooting.md, \"Installing\""
}

link_project() { # make src/ importable and put the command beside python: no build, no download
    "$venv/bin/python" - "$root/src" <<'PYTHON'
import os, sys, sysconfig

site = sysconfig.get_path("purelib")
with open(os.path.join(site, "aiguardian-src.pth"), "w", encoding="utf-8") as link:
    link.write(os.path.relpath(sys.argv[1], site) + "\n")  # relative: ASCII whatever the path
PYTHON
    cat >"$venv/bin/aiguardian" <<'COMMAND'
#!/bin/sh
'''exec' "$(dirname -- "$(readlink -f -- "$0")")/python" "$0" "$@"
' '''
import sys

from aiguardian.cli import main

sys.argv[0] = "aiguardian"
sys.exit(main())
COMMAND
    chmod +x "$venv/bin/aiguardian"
    printf '%s\n' "$root" >"$venv/.project" # its programs name this path in their first line
    "$venv/bin/python" -m compileall -q "$root/src" || die 'a file in src/ does not compile'
}

would() { # would <lock> <what comes then>: what a run would do
    if [ ! -e "$venv" ]; then say "would create .venv and install $1 into it"; fi
    if [ -e "$venv" ] && ! is_current "$1"; then say "would install $1 into .venv"; fi
    if [ -e "$venv" ] && is_current "$1"; then say "$1 is installed"; fi
    [ -z "$2" ] || say "would run: $2"
    exit 0
}

is_current() { # is_current <lock>: the copy beside the packages equals the lock
    cmp -s -- "$root/$1" "$venv/.$1"
}

install() { # install <lock>: nothing to do when it is what was installed last
    make_venv
    if is_current "$1"; then return; fi
    install_lock "$1"
    link_project
    # The development lock holds the same versions of all that the runtime lock names.
    [ "$1" = requirements.lock ] || cp -- "$root/requirements.lock" "$venv/.requirements.lock"
    cp -- "$root/$1" "$venv/.$1"
}

step() { # step <name> <command...>
    say "$1"
    name=$1
    shift
    "$@" || die "$name failed"
}

check() {
    step 'ruff check' "$venv/bin/ruff" check --quiet .
    step 'ruff format --check' "$venv/bin/ruff" format --check --quiet .
    step 'mypy' "$venv/bin/mypy"
    step 'lint-imports' "$venv/bin/lint-imports"
    step 'bandit' "$venv/bin/bandit" -q -ll -r src -c pyproject.toml
    # Our own scanner over our own files; what is left out holds made-up secrets on purpose.
    step 'aiguardian scan' "$venv/bin/aiguardian" scan . --exclude 'tests/*' --exclude 'training/*' \
        --exclude 'benchmarks/results/*' --exclude 'docs/guards/security-secrets.md' \
        --exclude 'docs/getting-started.md' \
        --exclude '*/swagger/*'
    step 'shellcheck' "$venv/bin/shellcheck" scripts/*.sh .ci/run
    # What is known of what we install: it fails for what is found, and says what it could not ask.
    step 'pip-audit' "$venv/bin/python" scripts/known_vulnerabilities.py
}

share='tests/process tests/fuzz tests/operations tests/storage'

test_all() { # side by side, because the share waits for programs of its own more than it works
    told=$(mktemp)
    # shellcheck disable=SC2046,SC2086 # lists of words
    "$venv/bin/python" -m pytest -p no:cacheprovider \
        $(printf -- '--ignore=%s ' $share) >"$told" 2>&1 &
    waited=$!
    trap 'kill "$waited" 2>/dev/null || :; rm -f -- "$told"' EXIT
    trap 'exit 130' INT TERM
    passed=yes
    # shellcheck disable=SC2086
    "$venv/bin/python" -m pytest $share || passed=''
    wait "$waited" || passed=''
    say "all but $share"
    cat -- "$told"
    [ -n "$passed" ] || die 'a test failed'
}

verb=${1:-help}
[ $# -eq 0 ] || shift

operates=''
case $verb in
dev | doctor | test | check | setup) ;;
compose-up | compose-down | prod | setup-external | setup-secrets | validate | push-containers | \
    deploy-prod | rollback | health-check | logs | backup | restore) operates=yes ;;
help | -h | --help)
    usage
    exit 0
    ;;
*)
    say "unknown verb: $verb"
    usage >&2
    exit 2
    ;;
esac

case ${AIGUARDIAN_HOME:-} in # relative to the caller's directory, so settle it before leaving
'' | /* | '~'*) ;;
*) export AIGUARDIAN_HOME="$PWD/$AIGUARDIAN_HOME" ;;
esac
caller=$PWD
cd -- "$root"

if [ -n "$operates" ]; then # these may ask: they keep standard input
    install requirements.lock </dev/null
    exec "$venv/bin/python" -m aiguardian.operator --caller "$caller" "$verb" "$@"
fi
exec </dev/null # nothing below reads it, and it may be closed

case ${1:-} in
-h | --help)
    help_of "$verb"
    exit 0
    ;;
--dry-run)
    shift
    case $verb in
    dev) would requirements.lock "aiguardian serve${*:+ $*}" ;;
    doctor) would requirements.lock 'aiguardian doctor' ;;
    test) would requirements-dev.lock "the checks, then pytest${*:+ $*}" ;;
    check) would requirements-dev.lock 'the checks' ;;
    setup) would requirements-dev.lock '' ;;
    esac
    ;;
esac

case $verb in
dev)
    install requirements.lock
    exec "$venv/bin/aiguardian" serve "$@" # becomes the program: signals reach it
    ;;
doctor)
    install requirements.lock
    exec "$venv/bin/aiguardian" doctor "$@"
    ;;
setup)
    install requirements-dev.lock
    say "ready: $venv"
    ;;
check)
    install requirements-dev.lock
    check
    ;;
test)
    install requirements-dev.lock
    check
    say 'pytest'
    [ $# -eq 0 ] || exec "$venv/bin/python" -m pytest "$@" # its closing line is the last line
    test_all
    ;;
esac
