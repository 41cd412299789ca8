DROP INDEX seats_address;
CREATE UNIQUE INDEX seats_address ON seats (address_key) WHERE standing IN ('assigned', 'waiting');
DROP INDEX seats_user_name;
CREATE UNIQUE INDEX seats_user_name ON seats (directory_id, user_name_key)
  WHERE NOT user_name_yielded AND standing <> 'removed';
ALTER TABLE seats DROP COLUMN protected_at;
ALTER TABLE seats DROP COLUMN held;
DROP TABLE seat_losses;
DROP TABLE holds;
ALTER TABLE directories DROP COLUMN removed_at;
ALTER TABLE directories DROP COLUMN paused_why;
ALTER TABLE directories DROP COLUMN paused_at;
ALTER TABLE directories DROP COLUMN fuse_percent;
ALTER TABLE directories DROP COLUMN fuse_seats;
