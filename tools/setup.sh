#!/bin/sh
# Finds a Python that fits and hands over to tools/setup, which brings everything else.
#   tools/setup.sh shared    what `make demo` and `make test` both need
#   tools/setup.sh test      that, and what only the tests need: Node, three browsers, PostgreSQL
set -eu
cd "$(dirname "$0")/.."

version_fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
has_venv='import venv, ensurepip'

# 3.13 comes last: the Redis that PyPI has stops at 3.12.
found=
for python in ${STACKLEAD_PYTHON:-} python3 python3.12 python3.11 python3.13; do
    "$python" -c "$version_fits" >/dev/null 2>&1 || continue
    if "$python" -c "$has_venv" >/dev/null 2>&1; then
        exec "$python" -B tools/setup "$@"
    fi
    found=$python
done

if [ -z "$found" ]; then
    echo "StackLead needs Python 3.11, 3.12 or 3.13, and there is none on PATH. Install one and run make again." >&2
    exit 1
fi

# Debian packs the venv module apart from Python.
package="$("$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null; then
    echo "Installing $package (Python is here, its venv module is not)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends "$package"; } >/dev/null
    exec "$found" -B tools/setup "$@"
fi
echo "Python is here, its venv module is not. Run: sudo apt-get install $package" >&2
exit 1
