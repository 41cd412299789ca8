-- People and scripts that use the operators' API.
CREATE TABLE operators (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
-- A name is free again once its operator was revoked.
CREATE UNIQUE INDEX operators_living_name ON operators (name_key) WHERE revoked_at IS NULL;
CREATE TABLE operator_tokens (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  operator_id TEXT COLLATE "C" NOT NULL REFERENCES operators (id),
  digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT,
  last_used_from TEXT
);
CREATE INDEX operator_tokens_operator ON operator_tokens (operator_id);
