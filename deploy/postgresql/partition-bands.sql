-- The table of the look-alike index, parted by shop: docs/scaling.md says from when on, and what it buys.
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f deploy/postgresql/partition-bands.sql
--
-- Every query names the shop, so each reads one part, and each part has an index of its own: vacuumed, rebuilt and kept in
-- memory by itself. printdock sees the same table under the same name, and needs no setting.
--
-- Stop uploads first (servers may go on answering): rows are copied in one transaction, and writers would wait for it. Five
-- million designs take some minutes, and room for a second copy of the table and its index. Whatever fails, the table is as
-- it was. Run again, it says that the table is parted already, and changes nothing.

BEGIN;

DO $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'bands'::regclass) = 'p' THEN
        RAISE EXCEPTION 'bands is parted already';
    END IF;
END
$$;

LOCK TABLE bands IN ACCESS EXCLUSIVE MODE;
ALTER TABLE bands RENAME TO bands_whole;
ALTER TABLE bands_whole RENAME CONSTRAINT pk_bands TO pk_bands_whole;

CREATE TABLE bands (
    shop_id integer NOT NULL,
    band bigint NOT NULL,
    design_id uuid NOT NULL
) PARTITION BY HASH (shop_id);

-- Sixteen parts. A shop has all its rows in one of them; more parts than large shops are of no use.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE bands_%s PARTITION OF bands FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
    END LOOP;
END
$$;

-- In the order of the index, so that it is written once from beginning to end.
INSERT INTO bands SELECT shop_id, band, design_id FROM bands_whole ORDER BY shop_id, band, design_id;
ALTER TABLE bands ADD CONSTRAINT pk_bands PRIMARY KEY (shop_id, band, design_id);
DROP TABLE bands_whole;

COMMIT;

-- Look-ups read the index alone only where the table has been vacuumed.
VACUUM (ANALYZE) bands;
