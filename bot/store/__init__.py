"""What is kept, and how: tables, one writer with group commit, migrations, erasure, backups."""
