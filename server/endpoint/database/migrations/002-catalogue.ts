/**
 * Sessions and the pieces they are made of, what was removed, shares, the vault, and the log of edits.
 *
 * A session is `pending` until all of its pieces are `stored`, then `complete`; only complete ones are shown to anybody. `damaged`: it was
 * complete, and a file is missing. `deleting` is written before the first file goes, so that a process that dies in between leaves something
 * another one goes on with.
 */
export const CATALOGUE_SQL = `
CREATE SEQUENCE session_positions;
CREATE TABLE sessions (
  id text COLLATE "C" PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL REFERENCES devices (id),
  envelope bytea NOT NULL,
  first_day text COLLATE "C" NOT NULL,
  last_day text COLLATE "C" NOT NULL,
  byte_count bigint NOT NULL,
  announcement_sha256 text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'complete', 'damaged', 'deleting')),
  touched_unix_ms bigint NOT NULL,
  completed_unix_ms bigint,
  position bigint UNIQUE,
  deleted_by text,
  CHECK ((state = 'complete') <= (completed_unix_ms IS NOT NULL AND position IS NOT NULL)),
  CHECK ((state = 'deleting') = (deleted_by IS NOT NULL))
);
CREATE INDEX sessions_by_device ON sessions (device_id);
CREATE INDEX sessions_by_state ON sessions (state, touched_unix_ms);

CREATE TABLE pieces (
  session_id text COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  piece integer NOT NULL,
  byte_count bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('absent', 'open', 'stored')),
  sha256 text,
  PRIMARY KEY (session_id, piece),
  CHECK ((state = 'absent') = (sha256 IS NULL))
);
CREATE INDEX pieces_open ON pieces (session_id) WHERE state = 'open';

CREATE TABLE upload_locks (
  id text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE shares (
  id text COLLATE "C" PRIMARY KEY,
  session_id text COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  device_id text COLLATE "C" NOT NULL REFERENCES devices (id),
  secret_hash bytea NOT NULL UNIQUE,
  expires_unix_ms bigint NOT NULL
);
CREATE INDEX shares_by_session ON shares (session_id);

CREATE SEQUENCE deletion_positions;
CREATE TABLE deletions (
  session_id text COLLATE "C" PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL UNIQUE,
  statement text NOT NULL,
  signature text NOT NULL
);

CREATE TABLE vaults (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  version bigint NOT NULL,
  data bytea NOT NULL
);

CREATE TABLE edits (
  position bigint PRIMARY KEY,
  device_id text COLLATE "C" NOT NULL REFERENCES devices (id),
  number bigint NOT NULL,
  data bytea NOT NULL,
  UNIQUE (device_id, number)
);
`;
