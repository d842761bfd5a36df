"""All fuzz targets, the most exposed first."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz_files import FILES
from fuzz_own import OWN
from fuzz_platforms import PLATFORMS
from fuzz_target import Target
from fuzz_texts import TEXTS

TARGETS: Mapping[str, Target] = {**FILES, **PLATFORMS, **TEXTS, **OWN}
