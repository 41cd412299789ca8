DROP TABLE secrets;
ALTER TABLE scim_tokens DROP COLUMN secret_name;
DROP TABLE apollo_connects;
DROP TABLE apollo_grants;
