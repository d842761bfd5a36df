#!/usr/bin/env bash
# Installs Debian's LibreOffice Calc without its windows, in which tests open the workbook and the CSV. What is there is left alone.
set -euo pipefail
if command -v soffice >/dev/null; then
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "soffice: not installed, and only root can install it. Run: sudo apt-get install libreoffice-calc-nogui" >&2
  exit 1
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui
