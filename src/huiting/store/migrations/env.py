"""What Alembic runs: the migrations, on the connection that the store has open.

The caller has begun the transaction and holds the lock; nothing is committed here.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
