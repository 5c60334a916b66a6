INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('KX953412B', 'LED panel', '48', 'D33', '3828930874', '4.80');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('KX706448E', 'LED panel', '75', 'E86', '3021695576', '42.34');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('AB356079B', 'Bed rail clamp', '21', 'F15', '8788748278', '30.19');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('SC095237C', 'Filter cartridge', '84', 'F94', '6732483145', '75.30');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('PR120008D', 'Hoist sling', '69', 'A99', '8931279549', '81.22');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('SC779015A', 'Bed rail clamp', '15', 'B57', '8939119620', '81.72');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('KX525941E', 'Castor 75mm', '5', 'A05', '3385530341', '5.29');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('AB902835B', 'Bed rail clamp', '62', 'C60', '5010835391', '17.54');
INSERT INTO records (part_no, description, qty, bin, supplier_ref, unit_price) VALUES ('AB304938B', 'LED panel', '44', 'C67', '4999689554', '45.71');