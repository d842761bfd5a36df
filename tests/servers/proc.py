"""What /proc tells of processes: whether a group has ended, who descends from whom, who listens where."""

from __future__ import annotations

import time
from pathlib import Path


def has_ended(group: int, within_s: float = 10.0) -> bool:
    """Whether no live process of the group is left; a zombie that nobody has waited for yet is not live."""
    end = time.monotonic() + within_s
    while any(fields[2] == str(group) and fields[0] != "Z" for fields in _stat().values()):
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def _stat() -> dict[int, list[str]]:
    """State, parent, group … of every process: what follows the name in /proc/*/stat."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = path.read_text().rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def descendants(root: int) -> set[int]:
    parents = {pid: int(fields[1]) for pid, fields in _stat().items()}
    found: set[int] = set()
    children = {pid for pid, parent in parents.items() if parent == root}
    while children:
        found |= children
        children = {pid for pid, parent in parents.items() if parent in children} - found
    return found


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """Addresses and ports on which these processes listen, IPv4 and IPv6, as /proc tells."""
    inodes = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(str(handle.readlink()))
            except FileNotFoundError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                address, port = fields[1].split(":")
                name = "127.0.0.1" if address == "0100007F" else address
                found.add((name, int(port, 16)))
    return found
