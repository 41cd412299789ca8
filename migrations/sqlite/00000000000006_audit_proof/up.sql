-- Signed places of the audit's chain (U1): what was pruned before one of them can still be proved.
CREATE TABLE audit_checkpoints (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  hash TEXT NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL,
  -- Whether entries up to this one were pruned: the chain then begins after it.
  pruned_at BIGINT,
  -- That it was done on purpose, or cutting the start off would look the same.
  pruned_signature TEXT
);
