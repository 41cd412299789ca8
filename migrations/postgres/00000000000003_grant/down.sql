DROP TABLE apollo_connects;
DROP TABLE apollo_grants;
