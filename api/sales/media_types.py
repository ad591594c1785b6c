"""The kinds of files that sales are read from."""

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALES_TYPES = frozenset({CSV, PARQUET, XLSX})
BY_SUFFIX = {
    ".csv": CSV,
    ".tsv": CSV,
    ".txt": CSV,
    ".parquet": PARQUET,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
}
