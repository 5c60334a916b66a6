-- MySQL dump 10.13
-- by m.okafor@example.com
CREATE TABLE `staff` (
  `name` varchar(50) NOT NULL,
  `ni number` char(9),
  PRIMARY KEY (`name`)
) ENGINE=InnoDB;
INSERT INTO `staff` VALUES ('O\'Brien, (Mags)','QQ123456C'),('Hall; Peter','QQ654321A');
INSERT INTO `other` (`tel`) VALUES ('07700 900123');
