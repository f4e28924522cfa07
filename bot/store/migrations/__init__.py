"""Alembic steps: one file a change of the tables; run by `database.migrate` at start."""
