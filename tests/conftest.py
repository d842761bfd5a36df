"""What every test file may ask for without an import."""

pytest_plugins = ["servers.fixtures"]
