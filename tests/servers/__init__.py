"""Real servers on loopback, filled with posts invented for these tests. `.ci/servers.sh` installs what they need."""
