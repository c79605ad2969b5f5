/**
 * Plain results that users published, and live events.
 *
 * Descriptors are `real[]`, not pgvector's type: the same table with and without that extension, and a server that gets it later uses
 * it at once (`descriptor::vector` costs a copy per row). There is no index on them: those of pgvector find most of the nearest, not all.
 */
export const RESULTS_SQL = `
CREATE TABLE published_sightings (
  device_id text COLLATE "C" NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  id text COLLATE "C" NOT NULL,
  session_id text NOT NULL,
  camera text NOT NULL,
  start_unix_ms bigint NOT NULL,
  end_unix_ms bigint NOT NULL,
  vehicle_class text NOT NULL,
  vehicle_number integer NOT NULL,
  space text,
  descriptor real[],
  published_unix_ms bigint NOT NULL,
  PRIMARY KEY (device_id, id),
  CHECK ((space IS NULL) = (descriptor IS NULL))
);
CREATE INDEX published_sightings_by_time ON published_sightings (start_unix_ms, device_id, id);
CREATE INDEX published_sightings_by_camera ON published_sightings (camera, start_unix_ms, device_id, id);
CREATE INDEX published_sightings_by_session ON published_sightings (device_id, session_id);
CREATE INDEX published_sightings_by_space ON published_sightings (space, device_id, id);
CREATE INDEX published_sightings_by_age ON published_sightings (published_unix_ms);

CREATE TABLE live_cameras (
  id text COLLATE "C" PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  label text NOT NULL,
  last_sequence bigint NOT NULL,
  last_event_unix_ms bigint NOT NULL
);
CREATE TABLE live_events (
  camera_id text COLLATE "C" NOT NULL REFERENCES live_cameras (id) ON DELETE CASCADE,
  sequence bigint NOT NULL,
  type text NOT NULL,
  data text NOT NULL,
  stored_unix_ms bigint NOT NULL,
  PRIMARY KEY (camera_id, sequence)
);
CREATE INDEX live_events_by_age ON live_events (stored_unix_ms);
`;
