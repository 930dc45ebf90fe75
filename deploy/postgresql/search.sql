-- Parts of names by an index: docs/scaling.md says from when on, and what it buys.
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f deploy/postgresql/search.sql
--
-- Servers and workers go on meanwhile: nothing is locked. Needs the extension pg_trgm, which comes with PostgreSQL (Debian:
-- the package postgresql; elsewhere: contrib). Run again, it does nothing. To undo it, drop both indexes.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_designs_name_trgm ON designs USING gin (name gin_trgm_ops);
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_print_files_path_trgm ON print_files USING gin (path gin_trgm_ops);
