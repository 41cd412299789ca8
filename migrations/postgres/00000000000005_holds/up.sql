-- Losses that wait for an operator (L13), and people protected from them (U8).
CREATE TABLE holds (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  seat_id TEXT COLLATE "C" NOT NULL REFERENCES seats (id),
  directory_id TEXT COLLATE "C" NOT NULL REFERENCES directories (id),
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
CREATE INDEX holds_directory ON holds (directory_id, at);

CREATE TABLE seat_guards (
  seat_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES seats (id),
  at BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  reason TEXT NOT NULL
);

ALTER TABLE directories ADD COLUMN fuse_seats BIGINT;
ALTER TABLE directories ADD COLUMN fuse_percent BIGINT;
ALTER TABLE directories ADD COLUMN paused_at BIGINT;
ALTER TABLE directories ADD COLUMN paused_why TEXT;
ALTER TABLE directories ADD COLUMN removed_at BIGINT;
