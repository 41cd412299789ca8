-- The OAuth grant that may stand in for the master key (R13); its tokens are sealed under the bridge's secret.
CREATE TABLE apollo_grants (
  id TEXT NOT NULL PRIMARY KEY,
  sealed TEXT NOT NULL,
  scopes TEXT NOT NULL,
  client_id TEXT NOT NULL,
  apollo_user TEXT,
  granted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  refreshed_at BIGINT,
  version BIGINT NOT NULL,
  refresher TEXT,
  refresher_until BIGINT,
  trouble TEXT,
  attempts BIGINT NOT NULL DEFAULT 0,
  retry_at BIGINT,
  ended_at BIGINT,
  ended_why TEXT
);
-- One grant is in use.
CREATE UNIQUE INDEX apollo_grants_living ON apollo_grants ((ended_at IS NULL)) WHERE ended_at IS NULL;

-- Authorisations that were begun; `state` is stored as a digest.
CREATE TABLE apollo_connects (
  state_digest TEXT NOT NULL PRIMARY KEY,
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  begun_by TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  outcome TEXT
);

-- Which secret a SCIM token is signed under, by name: whoever removes that secret ends the token (A5).
ALTER TABLE scim_tokens ADD COLUMN secret_name TEXT;

-- Secrets a server started with as its current one, by name, and when it last began to.
CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  since BIGINT NOT NULL
);
