-- Times are UTC microseconds; ids are UUID v7 text unless said otherwise; *_key columns hold the compared form.
-- Text is compared by its bytes, so that both databases order alike.

-- One row: taken first by every writing transaction, so that decisions see each other's work. The counts are kept
-- here because counting seats for each assignment would take longer with every seat.
CREATE TABLE writer (
  id BIGINT NOT NULL PRIMARY KEY,
  audit_seq BIGINT NOT NULL,
  audit_hash TEXT NOT NULL,
  seat_seq BIGINT NOT NULL,
  assigned BIGINT NOT NULL,
  queued BIGINT NOT NULL,
  released_at BIGINT NOT NULL
);
INSERT INTO writer (id, audit_seq, audit_hash, seat_seq, assigned, queued, released_at) VALUES (1, 0, '', 0, 0, 0, 0);

CREATE TABLE team (
  id BIGINT NOT NULL PRIMARY KEY,
  team_id TEXT NOT NULL,
  name TEXT NOT NULL,
  plan TEXT NOT NULL,
  bootstrapped_at BIGINT,
  bootstrapped_for TEXT
);

CREATE TABLE seat_purchases (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  seats BIGINT NOT NULL,
  from_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);

CREATE TABLE directories (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  flavour TEXT NOT NULL,
  email_change TEXT NOT NULL,
  without_seat TEXT NOT NULL,
  default_role TEXT NOT NULL,
  role_map TEXT NOT NULL,
  sso_entity_id TEXT,
  sso_certificate TEXT,
  created_at BIGINT NOT NULL,
  -- Seats that are not removed: every list says how many there are, and counting takes longer with each.
  users BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE scim_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  directory_id TEXT NOT NULL REFERENCES directories (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT,
  last_used_from TEXT
);

-- Tokens of an issuer that a directory accepts as its own (A3).
CREATE TABLE issuer_trusts (
  id TEXT NOT NULL PRIMARY KEY,
  directory_id TEXT NOT NULL REFERENCES directories (id),
  issuer TEXT NOT NULL,
  audience TEXT NOT NULL,
  application TEXT,
  configuration_url TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  last_used_at BIGINT,
  last_used_from TEXT
);
-- A token has to name one directory.
CREATE UNIQUE INDEX issuer_trusts_live ON issuer_trusts (issuer, audience) WHERE revoked_at IS NULL;
CREATE INDEX issuer_trusts_by_issuer ON issuer_trusts (issuer);

CREATE TABLE oauth_clients (
  id TEXT NOT NULL PRIMARY KEY,
  directory_id TEXT NOT NULL REFERENCES directories (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);

-- What a client proves itself with: a secret, or assertions of an issuer.
CREATE TABLE client_credentials (
  id TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES oauth_clients (id),
  digest TEXT,
  issuer TEXT,
  subject TEXT,
  audience TEXT,
  configuration_url TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT,
  last_used_from TEXT
);
CREATE INDEX client_credentials_client ON client_credentials (client_id);

-- Assertions used before, until they end.
CREATE TABLE used_assertions (
  digest TEXT NOT NULL PRIMARY KEY,
  ends_at BIGINT NOT NULL
);
CREATE INDEX used_assertions_ends ON used_assertions (ends_at);

CREATE TABLE seats (
  id TEXT NOT NULL UNIQUE,
  seq INTEGER NOT NULL PRIMARY KEY, -- the order of the rows themselves
  directory_id TEXT NOT NULL REFERENCES directories (id),
  version BIGINT NOT NULL,
  standing TEXT NOT NULL,
  waiting_reason TEXT,
  waiting_since BIGINT,
  user_name TEXT NOT NULL,
  user_name_key TEXT NOT NULL,
  user_name_yielded BOOLEAN NOT NULL,
  address TEXT,
  address_key TEXT,
  address_yielded BOOLEAN NOT NULL,
  external_id TEXT,
  given_name_key TEXT,
  family_name_key TEXT,
  display_name_key TEXT,
  attributes TEXT NOT NULL,
  sent_roles TEXT NOT NULL,
  operator_role TEXT,
  period BIGINT NOT NULL,
  assigned_at BIGINT,
  released_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX seats_user_name ON seats (directory_id, user_name_key)
  WHERE NOT user_name_yielded AND standing <> 'removed';
CREATE UNIQUE INDEX seats_address ON seats (address_key) WHERE standing IN ('assigned', 'waiting');
CREATE UNIQUE INDEX seats_external_id ON seats (directory_id, external_id) WHERE standing IN ('assigned', 'waiting');
-- The unique ones are partial, and a question with bound values does not prove that it stays within their part.
CREATE INDEX seats_by_user_name ON seats (user_name_key, directory_id);
CREATE INDEX seats_by_address ON seats (address_key);
CREATE INDEX seats_by_external_id ON seats (external_id, directory_id);
-- Whole lists are counted, and far pages found, in this index alone.
CREATE INDEX seats_by_order ON seats (directory_id, seq, standing);
CREATE INDEX seats_in_line ON seats (waiting_since, seq) WHERE standing = 'waiting';
CREATE INDEX seats_released ON seats (released_at, standing) WHERE released_at IS NOT NULL;

CREATE TABLE seat_emails (
  seat_id TEXT NOT NULL REFERENCES seats (id),
  position BIGINT NOT NULL,
  value_key TEXT,
  kind_key TEXT,
  PRIMARY KEY (seat_id, position)
);
CREATE INDEX seat_emails_value ON seat_emails (value_key);

CREATE TABLE seat_events (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  seat_id TEXT NOT NULL REFERENCES seats (id),
  at BIGINT NOT NULL,
  what TEXT NOT NULL,
  standing TEXT NOT NULL,
  user_name TEXT NOT NULL,
  address TEXT,
  external_id TEXT,
  rebound BOOLEAN NOT NULL,
  audit_seq BIGINT NOT NULL
);
CREATE INDEX seat_events_seat ON seat_events (seat_id, seq);

CREATE TABLE api_keys (
  id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  seat_id TEXT NOT NULL REFERENCES seats (id),
  period BIGINT NOT NULL,
  role TEXT NOT NULL,
  minted_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  revoked_why TEXT,
  rotated_to TEXT,
  last_used_at BIGINT
);
CREATE INDEX api_keys_seat ON api_keys (seat_id);
CREATE INDEX api_keys_minted_by ON api_keys (minted_by);

CREATE TABLE audit (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  directory_id TEXT,
  seat_id TEXT,
  subject TEXT,
  reason TEXT,
  changes TEXT NOT NULL,
  request_id TEXT,
  hash TEXT NOT NULL
);
CREATE INDEX audit_seat ON audit (seat_id, seq);

CREATE TABLE provisioning_log (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  at BIGINT NOT NULL,
  directory_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  target TEXT NOT NULL,
  act TEXT NOT NULL,
  seat_id TEXT,
  subject TEXT,
  status BIGINT NOT NULL,
  scim_type TEXT,
  detail TEXT,
  changes TEXT NOT NULL,
  ignored TEXT NOT NULL,
  notes TEXT NOT NULL
);
CREATE INDEX provisioning_log_seat ON provisioning_log (seat_id, seq);
CREATE INDEX provisioning_log_directory ON provisioning_log (directory_id, seq);
