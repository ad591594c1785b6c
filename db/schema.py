"""All tables together, for migrations and for whoever walks through them."""

from db import operation_tables, tables
from db.base import Base

TABLE_MODULES = (tables, operation_tables)
metadata = Base.metadata
