//! E-mail addresses.

use super::iban::country;
use super::{Alone, Facts, Verdict};
use crate::model::{Level, Status};

/// Endings that are file names, not domains (`logo@2x.png`), where no registry has them as a domain.
const FILES: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "css", "js", "webp", "ico", "bmp", "tif", "tiff", "htm",
    "html", "json", "xml", "yml", "yaml", "txt", "csv", "pdf", "doc", "docx", "xls", "xlsx", "ppt",
    "pptx", "exe", "dll", "bat", "cpp", "hpp", "java", "class", "jar", "php", "asp", "aspx", "jsp",
    "tmp", "log", "bak", "cfg", "conf", "ini", "sql", "tar", "tgz", "ttf", "woff", "mp3", "mp4",
    "wav", "avi", "heic", "scss", "less", "jsx", "tsx", "vue", "lock", "toml", "service",
];

/// Country-code domains that are not countries of ISO 3166.
const OTHER_COUNTRIES: &[&str] = &["uk", "eu", "ac", "su", "tp"];

/// Names that only an internal network resolves: an address there is still a person's log-in.
const INTERNAL: &[&str] = &["local", "lan", "internal", "intranet", "corp", "home"];

/// Domains kept for documentation and tests (RFC 2606, RFC 6761).
const RESERVED: &[&str] = &["test", "invalid", "example", "localhost"];

/// Words of a mailbox that is an office's, not a person's. A mailbox of nothing but these is the organisation's.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "absence", "abuse", "accounting", "accounts", "accountspayable", "accountsreceivable", "admin", "administration",
    "administrator", "admissions", "admissionsoffice", "ads", "advertising", "alert", "alerts", "all", "alumni",
    "announce", "applicants", "applications", "apply", "appointments", "apprentice", "apprenticeships", "archive",
    "attendance", "audit", "audits", "billing", "board", "booking", "bookings", "bookkeeping", "bounce", "bounces",
    "boxoffice", "business", "caldicott", "care", "careers", "catering", "clerk", "clinic", "comms",
    "communications", "community", "complaints", "compliance", "compliments", "concerns", "contact", "contactus",
    "contracts", "council", "cqc", "credit", "creditcontrol", "cron", "customer", "customercare", "customerservice",
    "customerservices", "daemon", "data", "dataprotection", "deliveries", "delivery", "democratic", "desk", "dev",
    "developers", "devops", "digital", "dispatch", "do", "domiciliary", "donations", "donotreply", "dpo", "dsar",
    "duty", "editor", "editorial", "editors", "education", "engineering", "enquiries", "enquiry", "estates",
    "events", "examinations", "exams", "export", "facilities", "feedback", "finance", "fleet", "foi", "forum",
    "freedomofinformation", "fundraising", "gdpr", "general", "governance", "governors", "group", "head",
    "headoffice", "healthandsafety", "hello", "help", "helpdesk", "helpline", "highways", "home", "homecare",
    "hostmaster", "housing", "hq", "hr", "hse", "humanresources", "ico", "inbox", "incident", "incidents",
    "induction", "info", "information", "inspections", "insurance", "invoice", "invoices", "it", "itsupport", "jobs",
    "kitchen", "learning", "ledger", "legal", "legalteam", "lettings", "library", "licensing", "list", "lists",
    "listserv", "mail", "mailbox", "mailer", "mailer-daemon", "mailerdaemon", "maintenance", "management", "manager",
    "managers", "marketing", "media", "membership", "monitoring", "news", "newsletter", "no", "nobody", "noc",
    "noreply", "not", "notification", "notifications", "nurse", "nurses", "nursing", "office", "ofsted",
    "onboarding", "online", "operations", "ops", "orders", "outreach", "parents", "partners", "partnerships",
    "payables", "payments", "payroll", "pensions", "planning", "policies", "policy", "post", "postmaster", "pr",
    "press", "privacy", "procure", "procurement", "project", "projects", "property", "purchasing", "quality",
    "receipts", "reception", "record", "records", "recruitment", "referral", "referrals", "registrar", "registry",
    "repairs", "reply", "reports", "returns", "rights", "root", "rota", "rotas", "safeguarding", "sales", "sar",
    "sars", "school", "schools", "secretary", "security", "service", "services", "shop", "sponsors", "sponsorship",
    "staff", "staffing", "staffroom", "stores", "student", "students", "subjectaccess", "subscriptions", "suppliers",
    "supplies", "support", "surgery", "sysadmin", "system", "systems", "talk", "team", "tech", "technical", "test",
    "tickets", "timetable", "trade", "training", "transport", "trust", "trustees", "unsubscribe", "updates", "us",
    "vacancies", "volunteering", "volunteers", "warehouse", "waste", "web", "webadmin", "webmaster",
    "website", "webteam", "welcome", "wellbeing", "wholesale", "x", "your",
];

/// E-mail address: a dot-atom of at most 64 characters, `@`, labels of a domain. Role mailboxes belong to an
/// organisation; domains of RFC 2606 are examples; endings that are file types or no domain at all are rejected. A colon
/// after the domain with something behind it is a copy command's host (`git@host:path`), which the rule's pattern
/// includes so that it can be refused here.
pub fn email(text: &str, _: &Facts) -> Verdict {
    let text = bare(text);
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Verdict::REJECT;
    };
    if !local_right(local) || domain.len() > 253 || domain.contains(':') {
        return Verdict::REJECT;
    }
    let mut labels = 0;
    let (mut last, mut before_last) = ("", "");
    for label in domain.split('.') {
        let right = (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-');
        if !right {
            return Verdict::REJECT;
        }
        labels += 1;
        before_last = last;
        last = label;
    }
    let is = |words: &[&str], word: &str| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    let punycode = last.len() > 4 && last[..4].eq_ignore_ascii_case("xn--");
    if labels < 2
        || !(2..=24).contains(&last.len())
        || !(punycode || last.bytes().all(|b| b.is_ascii_alphabetic()))
        || is(FILES, last)
    {
        return Verdict::REJECT;
    }
    if last.len() == 2 {
        let upper = [
            last.as_bytes()[0].to_ascii_uppercase(),
            last.as_bytes()[1].to_ascii_uppercase(),
        ];
        if !country(&upper) && !is(OTHER_COUNTRIES, last) {
            return Verdict::REJECT;
        }
    }
    let example = is(RESERVED, last)
        || (before_last.eq_ignore_ascii_case("example") && is(&["com", "org", "net"], last));
    let verdict = Verdict::SHAPE.alone(Alone::At(Level::High));
    if role(local) {
        let verdict = verdict.cap(Level::Low).alone(Alone::At(Level::Low));
        return if example {
            verdict.example(true)
        } else {
            verdict.status(Status::Organisation)
        };
    }
    // A long string with many digits is a message's number, not a mailbox.
    let digits = local.bytes().filter(u8::is_ascii_digit).count();
    let stamp = digits >= 10 && digits * 4 >= local.len() * 3 && local.len() > 11;
    if stamp || (local.len() >= 20 && digits >= 8) || local.len() > 48 {
        return verdict
            .example(example)
            .cap(Level::Low)
            .alone(Alone::At(Level::Low));
    }
    if is(INTERNAL, last) {
        return verdict.cap(Level::Medium).alone(Alone::At(Level::Medium));
    }
    verdict.example(example)
}

/// The address without what may be written around it.
fn bare(text: &str) -> &str {
    let text = text
        .trim_start_matches(['<', ' ', '"', '\'', '(', '['])
        .trim_end_matches(['>', ' ', '"', '\'', ')', ']', ';', ',', '.']);
    match text.get(..7) {
        Some(head) if head.eq_ignore_ascii_case("mailto:") => &text[7..],
        _ => text,
    }
}

fn local_right(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.as_bytes().windows(2).any(|pair| pair == b"..")
        && local
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && local.bytes().any(|b| b.is_ascii_alphanumeric())
}

/// Whether every word of the mailbox is an office's (digits aside).
fn role(local: &str) -> bool {
    let mut words = local
        .split(['.', '-', '_', '+'])
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .peekable();
    words.peek().is_some() && words.all(is_role)
}

fn is_role(word: &str) -> bool {
    let first = word.as_bytes()[0].to_ascii_lowercase();
    ROLES[ROLES.partition_point(|role| role.as_bytes()[0] < first)..]
        .iter()
        .take_while(|role| role.as_bytes()[0] == first)
        .any(|role| role.eq_ignore_ascii_case(word))
}

/// Lower case, without `mailto:` and brackets.
pub fn email_normal(text: &str, _: &Facts) -> String {
    bare(text).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::Kind::{Reject, Shape};
    use super::*;

    fn facts() -> Facts {
        Facts::on(jiff::civil::date(2026, 6, 15))
    }

    #[test]
    fn roles_are_sorted() {
        assert!(ROLES.is_sorted());
    }

    #[test]
    fn people_offices_and_examples() {
        for (text, status, alone) in [
            (
                "margaret.okafor@placeholder-trust.nhs.uk",
                Status::Live,
                Level::High,
            ),
            (
                "m.okafor+care@placeholder-council.gov.uk",
                Status::Live,
                Level::High,
            ),
            (
                "sean.o'brien@placeholder-charity.org.uk",
                Status::Live,
                Level::High,
            ),
            ("j_bloggs99@placeholder-mail.net", Status::Live, Level::High),
            ("<a.b-c@mail.placeholder.sch.uk>", Status::Live, Level::High),
            ("mailto:jane@placeholder.co", Status::Live, Level::High),
            ("jsmith@placeholder.local", Status::Live, Level::Medium),
            (
                "info@placeholder-care.co.uk",
                Status::Organisation,
                Level::Low,
            ),
            ("no-reply@placeholder.com", Status::Organisation, Level::Low),
            ("HR.Team2@placeholder.com", Status::Organisation, Level::Low),
            ("jane.doe@example.com", Status::Example, Level::High),
            ("jane@care.test", Status::Example, Level::High),
            ("20141020T130403Z@placeholder.org", Status::Live, Level::Low),
            (
                "20240101120000.12345@mail.placeholder.org",
                Status::Live,
                Level::Low,
            ),
        ] {
            let verdict = email(text, &facts());
            assert_eq!(
                (verdict.kind, verdict.status, verdict.alone),
                (Shape, status, Alone::At(alone)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "logo@2x.png",
            "git@github.com:org/repo.git",
            "user@localhost",
            "@handle",
            "foo..bar@care.org",
            ".foo@care.org",
            "a@b",
            "a@b.c",
            "a@b.1",
            "a@-b.org",
            "a@b.zz",
            "user@10.0.0.1",
        ] {
            assert_eq!(email(text, &facts()).kind, Reject, "{text}");
        }
        assert_eq!(
            email_normal("<Jane@Example.ORG>", &facts()),
            "jane@example.org"
        );
    }
}
