"""Run by Alembic: uses the connection that `database.migrate` opened, inside its transaction."""

from alembic import context

from bot.store.tables import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables,
    render_as_batch=True,
)
context.run_migrations()
