"""Which things people see and remember of an era, from posts tagged with it."""

__version__ = "0.1.0"

__all__ = ["__version__"]
