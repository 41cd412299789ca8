ALTER TABLE provisioning_log DROP COLUMN arrived_at;
DROP TABLE calls;
