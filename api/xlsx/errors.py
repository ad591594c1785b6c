"""Why a workbook is not read."""


class WorkbookError(Exception):
    """What is wrong in the file, as a clause."""
