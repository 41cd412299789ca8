-- Proxied calls, counted by key, route and hour; neither bodies nor personal data.
CREATE TABLE calls (
  key_id TEXT NOT NULL,
  hour_at BIGINT NOT NULL,
  route TEXT NOT NULL,
  seat_id TEXT NOT NULL,
  served BIGINT NOT NULL,
  denied BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  -- Of the served ones Apollo's 429, and of the denied ones our own.
  throttled BIGINT NOT NULL,
  limited BIGINT NOT NULL,
  -- Whole credits the calls might have cost; thousandths they did cost; those of them nobody could know.
  estimated BIGINT NOT NULL,
  spent BIGINT NOT NULL,
  guessed BIGINT NOT NULL,
  masked BIGINT NOT NULL,
  reveals BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (key_id, hour_at, route)
);
CREATE INDEX calls_seat ON calls (seat_id, hour_at);
CREATE INDEX calls_hour ON calls (hour_at);

-- When a request's head had arrived; `at` is when it was decided.
ALTER TABLE provisioning_log ADD COLUMN arrived_at BIGINT;
