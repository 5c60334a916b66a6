-- PostgreSQL database dump
COPY public.staff (name, nino) FROM stdin;
Okafor	QQ123456C
Hall	\N
\.
SELECT 1; -- QQ654321A
