-- dump 10.4
SET NAMES utf8;
CREATE TABLE `tblClients` (`id` int(11), `strSurname` varchar(60), `strForename` varchar(60), `dteBirth` date, `strNINO` char(9), `strPcode` varchar(8), `strTel` varchar(20));
INSERT INTO `tblClients` VALUES
(100,'Park','Rukhsana','1938-12-20','QQ222179C','NN16 8QR','07700 900765'),
(101,'Varley','Lowri','1979-05-28','QQ679137A','NN16 8QR','07700 900542'),
(102,'van Dijk','Ruby','1940-05-12','QQ448239C','NN16 8QR','07700 900761'),
(103,'van Dijk','Yaw','2002-10-01','QQ182596D','SW17 0AA','07700 900845'),
(104,'Rahman','Reginald','1989-08-16','QQ040107D','NN16 8QR','07700 900673'),
(105,'Sykes','Sharon','1998-06-24','QQ872838A','TR18 2AB','07700 900764'),
(106,'Farah','Beverley','1981-05-27','QQ776424B','OL14 5AA','07700 900303'),
(107,'Ellis-Jones','Harvey','1937-08-04','QQ365901B','LU1 2AA','07700 900882');
