-- Credits taken from budgets, in thousandths, by owner (`team`, or `key:` and its id) and period (UTC).
CREATE TABLE spending (
  owner TEXT NOT NULL,
  period TEXT NOT NULL,
  period_at BIGINT NOT NULL,
  thousandths BIGINT NOT NULL,
  PRIMARY KEY (owner, period, period_at)
);

-- Calls of one minute that replicas took for a key.
CREATE TABLE call_leases (
  key_id TEXT NOT NULL PRIMARY KEY,
  minute_at BIGINT NOT NULL,
  taken BIGINT NOT NULL
);
