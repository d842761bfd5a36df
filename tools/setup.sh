#!/usr/bin/env bash
# Makes the virtual environment with everything pinned: setup.sh run | setup.sh test
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
venv=${VENV:-.venv}

for candidate in python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "${python:-}" ]; then
  echo "No Python 3.11 or newer found. On Debian: apt-get install python3 python3-venv" >&2
  exit 3
fi

if [ ! -x "$venv/bin/python" ]; then
  # Debian ships Python without ensurepip unless python3-venv is installed
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && apt-get install -y -qq python3-venv
    else
      echo "This Python cannot make a virtual environment. Run: sudo apt-get install python3-venv, then try again." >&2
      exit 3
    fi
  fi
  "$python" -m venv "$venv"
fi

pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
"${pip[@]}" install --constraint constraints.txt --upgrade pip
if [ "$what" = test ]; then
  "${pip[@]}" install --constraint constraints.txt --editable ".[french,ray,serve]" --group test
else
  "${pip[@]}" install --constraint constraints.txt --editable .
fi
touch "$venv/.ready-run" "$venv/.ready-$what"
