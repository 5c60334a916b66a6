//! What programs write, read and judged by the whole program: bundles of the health service, returns of payrolls, pages
//! of intranets, logs. All people are invented or reserved values.
#![allow(clippy::unwrap_used)]

use std::process::Command;

/// Rule and value of what `inspect` finds at medium and above in a file of this name.
fn found(name: &str, text: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_domesday"))
        .args(["inspect", "--json", "--reveal", "--at-least", "medium"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|f| {
            let part = |key: &str| f[key].as_str().unwrap_or_default().to_owned();
            (part("rule"), part("value"))
        })
        .collect()
}

fn must(found: &[(String, String)], wanted: &[(&str, &str)]) {
    for (rule, value) in wanted {
        assert!(
            found.iter().any(|(r, v)| r == rule && v == value),
            "no {rule} `{value}` in {found:#?}"
        );
    }
}

#[test]
fn a_bundle_of_the_health_service() {
    let found = found(
        "bundle.json",
        r#"{"resourceType": "Bundle", "entry": [
          {"resource": {"resourceType": "Patient",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"}],
            "name": [{"use": "official", "family": "Quallander", "given": ["Zyxomir"]}],
            "telecom": [{"system": "phone", "value": "07700900123"}],
            "birthDate": "1951-03-03",
            "address": [{"line": ["27 Heather Bank"], "city": "Anytown", "postalCode": "M1 1AE"}]}},
          {"resource": {"resourceType": "Condition", "code": {"text": "Type 2 diabetes"}}}]}"#,
    );
    must(
        &found,
        &[
            ("nhs-number", "9434765919"),
            ("person-name", "Quallander"),
            ("person-name", "Zyxomir"),
            ("phone-number", "07700900123"),
            ("date-of-birth", "1951-03-03"),
            ("postal-address", "27 Heather Bank"),
            ("postcode", "M1 1AE"),
            ("health-condition", "Type 2 diabetes"),
        ],
    );
}

#[test]
fn a_return_of_a_payroll() {
    let found = found(
        "fps.xml",
        "<IRenvelope><Employee><EmployeeDetails><NINO>QQ123456C</NINO><Name><Fore>Vorrin</Fore><Sur>Thaxley</Sur></Name>\
         <Address><Line>14 Lower Field</Line><Line>Anytown</Line><UKPostcode>LS1 4AP</UKPostcode></Address>\
         <BirthDate>1980-05-17</BirthDate></EmployeeDetails><Employment><PayId>000123</PayId><Payment>\
         <TaxablePay>2050.00</TaxablePay></Payment></Employment></Employee></IRenvelope>",
    );
    must(
        &found,
        &[
            ("nino", "QQ123456C"),
            ("person-name", "Vorrin"),
            ("person-name", "Thaxley"),
            ("postal-address", "14 Lower Field"),
            ("postcode", "LS1 4AP"),
            ("date-of-birth", "1980-05-17"),
            ("employment-info", "000123"),
            ("salary-payment", "2050.00"),
        ],
    );
}

#[test]
fn tables_of_a_page_without_headings() {
    let form = found(
        "form.html",
        "<table><tr><td>Reference</td><td>12</td></tr><tr><td>Full name</td><td>Zyxomir Quallander</td></tr>\
         <tr><td>Religion</td><td>Sikh</td></tr><tr><td>Passport number:</td><td>533401372</td></tr></table>",
    );
    must(
        &form,
        &[
            ("person-name", "Zyxomir Quallander"),
            ("religion", "Sikh"),
            ("passport-number", "533401372"),
        ],
    );
    // Numbers of neighbouring cells are not one number in groups.
    let cells = found(
        "cells.html",
        "<table><tr><td>Seen</td><td>NHS Number</td><td>Room</td></tr><tr><td>2024</td><td>943 476 5919</td><td>1200</td></tr>\
         <tr><td>2024</td><td>943 476 5870</td><td>1201</td></tr></table>",
    );
    must(
        &cells,
        &[
            ("nhs-number", "943 476 5919"),
            ("nhs-number", "943 476 5870"),
        ],
    );
}

#[test]
fn lines_of_logs() {
    let found = found(
        "app.log",
        "10:00:01 INFO login user=mokafor ip=198.51.100.7\n\
         10:00:02 GET /patient?nhsNumber=9434765919&dob=1951-03-03 HTTP/1.1 200\n\
         2024-03-01 10:00:03 ERROR no reply\n\
         sshd[12]: Accepted password for psmith from 198.51.100.7 port 22\n\
         198.51.100.7 - jbloggs [01/Mar/2024:10:00:05 +0000] \"GET / HTTP/1.1\" 200\n\
         198.51.100.7 - - [01/Mar/2024:10:00:06 +0000] \"GET / HTTP/1.1\" 200\n",
    );
    must(
        &found,
        &[
            ("username", "mokafor"),
            ("username", "psmith"),
            ("username", "jbloggs"),
            ("nhs-number", "9434765919"),
            ("date-of-birth", "1951-03-03"),
            ("ipv4-address", "198.51.100.7"),
        ],
    );
    // The time of the next line is nobody's birth.
    assert!(!found.iter().any(|(_, v)| v == "2024-03-01"), "{found:#?}");
}

#[test]
fn numbers_in_an_invoice() {
    let found = found(
        "invoice.txt",
        "INVOICE 20240012   Order no 4000000004   Our ref 07700900123\n\
         To: Mrs M Okafor, Rose Cottage, Mill Lane, Anytown M1 1AE\n\
         For reference: +44 7700 900 461\n\
         UTR: 1955839661\nUTR: 9000000001\nUTR: 9987654321\n\
         IBAN GB 82 WEST 1234 5698 7654 32\n\
         Card no 4111\u{2003} 1111 1111 1111\n",
    );
    must(
        &found,
        &[
            ("phone-number", "+44 7700 900 461"),
            ("utr", "1955839661"),
            ("utr", "9000000001"),
            ("utr", "9987654321"),
            ("iban", "GB 82 WEST 1234 5698 7654 32"),
            ("payment-card", "4111\u{2003} 1111 1111 1111"),
            ("postal-address", "Rose Cottage, Mill Lane"),
            ("postcode", "M1 1AE"),
        ],
    );
    assert!(
        !found
            .iter()
            .any(|(_, v)| v == "07700900123" || v == "4000000004"),
        "{found:#?}"
    );
}
