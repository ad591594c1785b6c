"""The kinds of files that sales are read from."""

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
SALES_TYPES = frozenset({CSV, PARQUET, XLSX, XLS, ODS})
BY_SUFFIX = {
    ".csv": CSV,
    ".tsv": CSV,
    ".txt": CSV,
    ".parquet": PARQUET,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".xls": XLS,
    ".ods": ODS,
    ".gz": CSV,
    ".zip": CSV,
}
"""By the end of a file's name; what is packed is known by its content."""
