INSERT INTO records (name, mobile, email, postcode) VALUES ('Jun Fraser', '07700900761', 'jun.fraser@mail.example', 'YO1 7HH');
INSERT INTO records (name, mobile, email, postcode) VALUES ('Nkechi Wong', '07700900029', 'nkechi.wong@example.com', 'M1 1AE');
INSERT INTO records (name, mobile, email, postcode) VALUES ('Florence Reid', '07700900107', 'florence.reid58@example.com', 'BS1 4DJ');
INSERT INTO records (name, mobile, email, postcode) VALUES ('Mark Osborne', '07700900324', 'mark.osborne42@example.com', 'M1 1AE');
INSERT INTO records (name, mobile, email, postcode) VALUES ('Tunde Fraser', '07700900227', 'tunde.fraser@example.org', 'EC1A 1BB');