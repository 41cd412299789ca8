DROP TABLE call_leases;
DROP TABLE spending;
