#!/usr/bin/env bash
# Installs Debian's Chromium, in which tests open the report, and what reads the sheets it prints. What is there is left alone.
set -euo pipefail
if command -v chromium >/dev/null && command -v pdftotext >/dev/null; then
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "chromium: not installed, and only root can install it. Run: sudo apt-get install chromium" >&2
  exit 1
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium poppler-utils
