INSERT INTO records (name, dob, dbs_number) VALUES ('Ifeoma Murphy', '25/01/04', '001798975419');
INSERT INTO records (name, dob, dbs_number) VALUES ('Elena O''Brien', '10/07/90', '001792080183');
INSERT INTO records (name, dob, dbs_number) VALUES ('Hamish Chowdhury', '14/11/37', '001794040412');
INSERT INTO records (name, dob, dbs_number) VALUES ('Arjun Birtwistle', '02/12/36', '001792834598');
INSERT INTO records (name, dob, dbs_number) VALUES ('Callum Campbell', '28/01/33', '001794565934');
INSERT INTO records (name, dob, dbs_number) VALUES ('Beatriz Postlethwaite', '17/06/95', '001793577365');
INSERT INTO records (name, dob, dbs_number) VALUES ('Tariq Fairclough', '08/08/94', '001799560423');
INSERT INTO records (name, dob, dbs_number) VALUES ('Ewan MacDonald', '22/10/54', '001797164870');