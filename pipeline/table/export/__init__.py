"""A table model as a file for other programs."""

from pipeline.table.export.errors import NotExportableError
from pipeline.table.export.files import Exported, export, exportable

__all__ = ["Exported", "NotExportableError", "export", "exportable"]
