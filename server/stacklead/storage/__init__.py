"""SQL is the record: SQLAlchemy Core, one file per table, plain functions."""
