-- What Apollo lists, compared with who holds a seat (C1 to C6). Times are UTC microseconds; money is integer cents.

-- The Apollo user somebody's seat is; how it became known (C3, C6, R10).
CREATE TABLE seat_links (
  seat_id TEXT NOT NULL PRIMARY KEY REFERENCES seats (id),
  apollo_id TEXT NOT NULL,
  linked_at BIGINT NOT NULL,
  how TEXT NOT NULL
);
CREATE INDEX seat_links_apollo ON seat_links (apollo_id);

-- One reading of Apollo's users and what came of it. `seq` is the number people call it by.
CREATE TABLE runs (
  seq BIGINT NOT NULL PRIMARY KEY,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  calls BIGINT NOT NULL,
  users BIGINT NOT NULL,
  doubts TEXT NOT NULL,
  evidence TEXT NOT NULL,
  figures TEXT NOT NULL,
  lease_holder TEXT NOT NULL,
  lease_until BIGINT NOT NULL
);
-- One at a time, whoever runs it (C5).
CREATE UNIQUE INDEX runs_open ON runs (outcome) WHERE outcome = 'running';

-- What complete runs saw of each Apollo user: a row holds from one run to the one that saw something else.
-- A snapshot is the rows that hold at its run, so that a run in which nobody changed writes nothing.
CREATE TABLE teammates (
  apollo_id TEXT NOT NULL,
  from_run BIGINT NOT NULL,
  until_run BIGINT,
  missed_run BIGINT,
  address_key TEXT,
  facts TEXT NOT NULL,
  PRIMARY KEY (apollo_id, from_run)
);
CREATE INDEX teammates_now ON teammates (until_run, apollo_id);
CREATE INDEX teammates_address ON teammates (address_key);

CREATE TABLE findings (
  -- The number people call it by.
  id BIGINT NOT NULL PRIMARY KEY,
  class TEXT NOT NULL,
  -- What makes it the same finding in the next run: a seat, an Apollo user, a key, an address.
  about TEXT NOT NULL,
  seat_id TEXT,
  apollo_id TEXT,
  subject TEXT NOT NULL,
  severity TEXT NOT NULL,
  cents BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  state TEXT NOT NULL,
  snoozed_until BIGINT,
  reason TEXT,
  decided_by TEXT,
  first_run BIGINT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  -- Where the present spell began: it closed before, and was found again.
  since_run BIGINT NOT NULL,
  since_at BIGINT NOT NULL,
  -- Once it is closed, the last run that found it; a living one was found by the last complete run.
  last_run BIGINT,
  last_seen_at BIGINT,
  closed_run BIGINT,
  closed_at BIGINT
);
CREATE UNIQUE INDEX findings_living ON findings (class, about) WHERE state <> 'closed';
CREATE INDEX findings_about ON findings (about, class);
CREATE INDEX findings_state ON findings (state, class);
CREATE INDEX findings_seat ON findings (seat_id);
CREATE INDEX findings_apollo ON findings (apollo_id);

CREATE TABLE finding_events (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  finding_id BIGINT NOT NULL REFERENCES findings (id),
  at BIGINT NOT NULL,
  what TEXT NOT NULL,
  run BIGINT,
  by_whom TEXT,
  reason TEXT
);
CREATE INDEX finding_events_finding ON finding_events (finding_id, seq);
