"""One function per stage, called alike by the command line, notebooks and tests."""

from miner.study.choose import kept_of
from miner.study.eras import load_study_era
from miner.study.imports import import_files
from miner.study.links import read_links
from miner.study.online import look_up
from miner.study.output import load_report, save
from miner.study.rank import rank
from miner.study.scrape import scrape

__all__ = [
    "import_files",
    "kept_of",
    "load_report",
    "load_study_era",
    "look_up",
    "rank",
    "read_links",
    "save",
    "scrape",
]
