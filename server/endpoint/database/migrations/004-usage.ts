/**
 * What each device takes up, counted as it comes and goes: adding it up takes seconds where a device published a million sightings. Triggers
 * count whatever removes rows, and within the transaction that does.
 *
 * Besides their bytes rows count with what they take themselves, indexes included, as measured: 760 bytes a sighting without its descriptor and
 * 200 a piece, so that many small ones are as dear as they are.
 */
export const USAGE_SQL = `
CREATE TABLE device_usage (
  device_id text COLLATE "C" PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
  byte_count bigint NOT NULL
);

ALTER TABLE sessions ADD COLUMN piece_count integer NOT NULL DEFAULT 0;
UPDATE sessions SET piece_count = (SELECT count(*) FROM pieces WHERE session_id = sessions.id);
ALTER TABLE sessions ADD COLUMN used_bytes bigint NOT NULL
  GENERATED ALWAYS AS (byte_count + octet_length(envelope) + 200 * piece_count::bigint) STORED;
ALTER TABLE edits ADD COLUMN used_bytes bigint NOT NULL GENERATED ALWAYS AS (octet_length(data)) STORED;
ALTER TABLE published_sightings ADD COLUMN used_bytes bigint NOT NULL GENERATED ALWAYS AS (760 + 4 * coalesce(cardinality(descriptor), 0)) STORED;

INSERT INTO device_usage SELECT device_id, sum(used_bytes) FROM (
  SELECT device_id, used_bytes FROM sessions UNION ALL SELECT device_id, used_bytes FROM edits
  UNION ALL SELECT device_id, used_bytes FROM published_sightings
) AS used GROUP BY device_id;

CREATE FUNCTION count_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE device_usage SET byte_count = byte_count - gone.bytes
    FROM (SELECT device_id AS id, sum(used_bytes) AS bytes FROM removed GROUP BY device_id) AS gone WHERE device_id = gone.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO device_usage AS known (device_id, byte_count)
    SELECT device_id, sum(used_bytes) FROM added GROUP BY device_id
    ON CONFLICT (device_id) DO UPDATE SET byte_count = known.byte_count + excluded.byte_count;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER count_added AFTER INSERT ON sessions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
CREATE TRIGGER count_removed AFTER DELETE ON sessions REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
CREATE TRIGGER count_added AFTER INSERT ON edits REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
CREATE TRIGGER count_removed AFTER DELETE ON edits REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
CREATE TRIGGER count_added AFTER INSERT ON published_sightings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
CREATE TRIGGER count_removed AFTER DELETE ON published_sightings REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
CREATE TRIGGER count_replaced AFTER UPDATE ON published_sightings REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_usage();

CREATE INDEX live_cameras_by_device ON live_cameras (device_id);
`;
