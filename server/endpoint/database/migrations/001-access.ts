/**
 * Devices, pairing codes, the endpoint's own secrets, and counters of requests. Nothing of a person is kept but the name that a
 * device gave itself.
 */
export const ACCESS_SQL = `
CREATE TABLE devices (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of the token: who reads this table cannot come in with it.
  token_hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  paired_unix_ms bigint NOT NULL,
  -- To the hour.
  last_seen_unix_ms bigint NOT NULL,
  revoked_unix_ms bigint
);

CREATE TABLE pairing_codes (
  -- SHA-256. 50 bits are too many to be found from it within the ten minutes that a code lives.
  code_hash bytea PRIMARY KEY,
  scopes text[] NOT NULL,
  expires_unix_ms bigint NOT NULL
);

-- Made at the first start; the same for all processes on one database.
CREATE TABLE secrets (
  name text PRIMARY KEY,
  value bytea NOT NULL
);

-- Kept by rate-limiter-flexible, which knows these names. Unlogged: after a crash counting begins anew.
CREATE UNLOGGED TABLE request_counts (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
CREATE INDEX request_counts_expire ON request_counts (expire);
`;
