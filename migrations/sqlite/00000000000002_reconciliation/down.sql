DROP TABLE finding_events;
DROP TABLE findings;
DROP TABLE teammates;
DROP TABLE runs;
DROP TABLE seat_links;
