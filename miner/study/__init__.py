"""One function per stage, called alike by the command line, notebooks and tests."""

from miner.study.eras import load_study_era
from miner.study.imports import import_files
from miner.study.output import load_report, save
from miner.study.rank import rank
from miner.study.scrape import scrape

__all__ = ["import_files", "load_report", "load_study_era", "rank", "save", "scrape"]
