"""Any table becomes the best classifier or regressor for one of its columns."""
