-- Losses that wait for an operator (L13), people protected from them (U8), what a directory chose about both.
CREATE TABLE holds (
  id TEXT NOT NULL PRIMARY KEY,
  seat_id TEXT NOT NULL REFERENCES seats (id),
  directory_id TEXT NOT NULL REFERENCES directories (id),
  at BIGINT NOT NULL,
  why TEXT NOT NULL,
  wanted TEXT NOT NULL,
  holder TEXT NOT NULL,
  audit_seq BIGINT NOT NULL,
  decided_at BIGINT,
  decision TEXT,
  decided_by TEXT,
  reason TEXT
);
CREATE UNIQUE INDEX holds_open ON holds (seat_id) WHERE decided_at IS NULL;
CREATE INDEX holds_waiting ON holds (at, id) WHERE decided_at IS NULL;
CREATE INDEX holds_seat ON holds (seat_id, at);
CREATE INDEX holds_directory ON holds (directory_id, at);

-- Seats a directory lost, counted by the minute: what happened within an hour is a sum of sixty rows.
CREATE TABLE seat_losses (
  directory_id TEXT NOT NULL REFERENCES directories (id),
  minute_at BIGINT NOT NULL,
  -- Seats assigned through the directory before the first loss of that minute.
  assigned BIGINT NOT NULL,
  lost BIGINT NOT NULL,
  held BIGINT NOT NULL,
  PRIMARY KEY (directory_id, minute_at)
);

ALTER TABLE directories ADD COLUMN fuse_seats BIGINT;
ALTER TABLE directories ADD COLUMN fuse_percent BIGINT;
ALTER TABLE directories ADD COLUMN paused_at BIGINT;
ALTER TABLE directories ADD COLUMN paused_why TEXT;
ALTER TABLE directories ADD COLUMN removed_at BIGINT;

-- While a loss waits, the row shows the person as the IdP wants them, with the holder's address; `held` keeps
-- the rest. A User whose removal waits is `held_removed`.
ALTER TABLE seats ADD COLUMN held TEXT;
ALTER TABLE seats ADD COLUMN protected_at BIGINT;
DROP INDEX seats_user_name;
CREATE UNIQUE INDEX seats_user_name ON seats (directory_id, user_name_key)
  WHERE NOT user_name_yielded AND standing NOT IN ('removed', 'held_removed');
DROP INDEX seats_address;
CREATE UNIQUE INDEX seats_address ON seats (address_key)
  WHERE standing IN ('assigned', 'waiting', 'held', 'held_removed');
