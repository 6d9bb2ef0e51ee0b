#!/bin/sh
# Writes the lock files anew from pyproject.toml, for Python 3.11 to 3.13 on Linux and macOS.
#   tools/lock.sh             takes up what pyproject.toml asks for, leaves the rest as it is
#   tools/lock.sh --upgrade   takes the newest of everything
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

compile "$@" pyproject.toml --extra redis --extra demo --group build -o requirements.lock
compile "$@" pyproject.toml --extra test --group build -c requirements.lock -o requirements-test.lock
compile "$@" --group node -o requirements-node.lock
