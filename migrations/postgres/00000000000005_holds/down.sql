DROP TABLE seat_guards;
DROP TABLE holds;
ALTER TABLE directories DROP COLUMN removed_at;
ALTER TABLE directories DROP COLUMN paused_why;
ALTER TABLE directories DROP COLUMN paused_at;
ALTER TABLE directories DROP COLUMN fuse_percent;
ALTER TABLE directories DROP COLUMN fuse_seats;
