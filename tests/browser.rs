//! The HTML report in a real browser: chromium, headless.
//!
//! Passes over, and says so, where chromium or its driver is not installed. With `DOMESDAY_SCREENSHOTS=FOLDER` pictures
//! of the page are left there to be looked at.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "browser/driver.rs"]
mod driver;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use driver::Browser;
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_domesday");

fn domesday(folder: &Path, arguments: &[&str]) {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The page of a folder that was scanned once.
fn page_of(folder: &Path, share: &Path) -> PathBuf {
    let share = share.to_str().unwrap();
    domesday(folder, &["scan", share, "--inventory", "i.db", "--quiet"]);
    domesday(folder, &["report", "html", "-i", "i.db", "-o", "page.html"]);
    folder.join("page.html")
}

fn browser() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        println!("passed over: chromium and chromium-driver are not installed");
    }
    browser
}

/// The console stayed silent, and nothing was asked for but the page.
fn quiet(browser: &Browser, page: &Path) {
    let said = browser.log("browser");
    assert!(said.is_empty(), "the console says {said:?}");
    let own = format!("file://{}", page.canonicalize().unwrap().display());
    let others: Vec<_> = browser
        .requests()
        .into_iter()
        .filter(|url| *url != own)
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

/// Types in the search field as a person does and waits for the table.
fn search(browser: &Browser, words: &str) -> u64 {
    browser.run("const s = document.getElementById('search'); s.value = ''; s.focus()");
    browser.press(words);
    count(browser)
}

/// How many documents the table says it has now.
fn count(browser: &Browser) -> u64 {
    let text =
        browser.wait("setTimeout(() => done(document.getElementById('count').textContent), 300)");
    let text = text.as_str().unwrap().replace(',', "");
    text.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_report_of_the_corpus_works_in_a_browser() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let page = page_of(folder.path(), &corpus);
    browser.open(&page);
    quiet(&browser, &page);

    // At the width of a common screen nothing sticks out.
    let wide = browser.run("return document.documentElement.scrollWidth - innerWidth");
    assert!(wide.as_i64().unwrap() <= 0, "{wide}");

    // The policy is there and holds: a script from elsewhere in the page does not run.
    let ran = browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); s.remove();
         return [window.ran === undefined, document.querySelector('meta[http-equiv=Content-Security-Policy]').content]",
    );
    assert_eq!(ran[0], true, "the policy let a script run");
    assert!(ran[1].as_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(browser.log("browser").len(), 1, "the refusal itself");

    // Headline figures, heat map, treemap, two charts.
    let shape = browser.run(
        "const q = s => document.querySelectorAll(s).length;
         return [q('.figures p'), q('.heat tbody tr'), q('svg.map rect'), q('svg.bars'), q('#first li')]",
    );
    let shape: Vec<u64> = shape
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_u64().unwrap())
        .collect();
    assert!(
        shape[0] == 6 && shape[1] > 10 && shape[2] > 10 && shape[3] == 2 && shape[4] >= 2,
        "{shape:?}"
    );

    // The charts and the figures count the same files.
    let sums = browser.run(
        "const number = s => +s.replace(/,/g, '');
         const bars = [...document.querySelectorAll('svg.bars')].map(e => e.getAttribute('aria-label').split(': ').slice(1).join(': ').split('; ')
           .map(row => number(row.split(': ')[1].split(' ')[0])).reduce((a, b) => a + b));
         const heat = [...document.querySelectorAll('.heat td.all')].map(e => number(e.textContent)).reduce((a, b) => a + b);
         return [number(document.querySelectorAll('.figures strong')[1].textContent), heat, ...bars]",
    );
    let sums: Vec<u64> = serde_json::from_value(sums).unwrap();
    assert!(sums.iter().all(|n| *n == sums[0]), "{sums:?}");

    // Search: fewer and fewer, and each row shown has the words.
    let all = count(&browser);
    assert!(all > 200, "{all}");
    let registers = search(&browser, "share Registers");
    assert!(registers > 10 && registers < all, "{registers} of {all}");
    let rows = browser.run(
        "return [...document.querySelectorAll('#table tbody > tr > th')].map(c => c.textContent.toLowerCase())",
    );
    for row in rows.as_array().unwrap() {
        let row = row.as_str().unwrap();
        assert!(row.contains("share") && row.contains("registers"), "{row}");
    }
    assert_eq!(search(&browser, "no such document anywhere"), 0);
    browser.run("document.querySelector('button[type=reset]').click()");
    assert_eq!(count(&browser), all);

    // Sorting: by the keyboard, ascending and back, told to screen readers.
    browser.run("[...document.querySelectorAll('#table thead button')].find(b => b.textContent === 'High').focus()");
    let column = "return [...document.querySelectorAll('#table tbody > tr')].map(r => +(r.cells[3].textContent.replace(/,/g, '') || 0))";
    browser.press("\u{e007}");
    let down: Vec<u64> = serde_json::from_value(browser.run(column)).unwrap();
    assert!(down.len() == 100 && down.is_sorted_by(|a, b| a >= b) && down[0] > down[99]);
    let sorted =
        "return document.querySelector('#table thead').rows[0].cells[3].getAttribute('aria-sort')";
    assert_eq!(browser.run(sorted), "descending");
    browser.press("\u{e007}");
    let up: Vec<u64> = serde_json::from_value(browser.run(column)).unwrap();
    assert!(up.is_sorted() && up[0] == 0);
    assert_eq!(browser.run(sorted), "ascending");

    // Drill-down: opened by the keyboard, with a place, a reason and an id, and closed again.
    browser.press("\u{e007}");
    browser.run("document.querySelector('#table tbody button').focus()");
    browser.press("\u{e007}");
    let open = browser.run(
        "const b = document.activeElement, d = document.querySelector('tr.detail');
         return [b.getAttribute('aria-expanded'), d.querySelectorAll('tbody tr').length, d.querySelector('code').textContent, d.textContent]",
    );
    assert_eq!(open[0], "true");
    assert!(open[1].as_u64().unwrap() > 3, "{open}");
    assert_eq!(open[2].as_str().unwrap().split('/').count(), 3, "{open}");
    assert!(
        open[3].as_str().unwrap().contains("near a person"),
        "{open}"
    );
    browser.picture("drill-down");
    browser.press("\u{e007}");
    assert_eq!(
        browser.run("return document.querySelectorAll('tr.detail').length"),
        0
    );

    // Paging keeps to the filters and says where it is.
    browser.run("[...document.querySelectorAll('#pages button')].find(b => b.textContent === 'Next').click()");
    let told = browser.run("return document.getElementById('count').textContent");
    assert!(told.as_str().unwrap().contains("page 2 of"), "{told}");

    // A cell of the heat map shows as many documents as it says.
    let said = browser.run(
        "const a = document.querySelector('.heat td.special a'); a.click(); return +a.textContent.replace(/,/g, '')",
    );
    assert_eq!(count(&browser), said.as_u64().unwrap());
    let said = browser.run(
        "const a = document.querySelector('#first a'); a.click(); return +a.textContent.split(' ')[0].replace(/,/g, '')",
    );
    assert_eq!(count(&browser), said.as_u64().unwrap());
    browser.run("document.querySelector('button[type=reset]').click()");
    count(&browser);

    // Risk: the riskiest first, the terms of a score on hover and in the drill-down multiply to it, and a band of the list
    // shows as many documents as it says.
    browser.run("[...document.querySelectorAll('#table thead button')].find(b => b.textContent === 'Risk').click()");
    let scores = "return [...document.querySelectorAll('#table tbody > tr')].map(r => +(r.cells[1].textContent.replace(/,/g, '') || 0))";
    let scores: Vec<u64> = serde_json::from_value(browser.run(scores)).unwrap();
    assert!(
        scores.is_sorted_by(|a, b| a >= b) && scores[0] > 50,
        "{scores:?}"
    );
    let terms = browser.run(
        "const row = document.querySelector('#table tbody > tr'), hover = row.cells[1].title;
         row.querySelector('button').click();
         const told = document.querySelector('tr.detail dl').textContent.includes(hover);
         row.querySelector('button').click();
         return [hover, told, hover.split(' = ')[1].match(/(content|linked|people|exposure|age) [0-9.]+/g).map(t => +t.split(' ')[1])]",
    );
    assert_eq!(terms[1], true, "{terms}");
    let factors: Vec<f64> = serde_json::from_value(terms[2].clone()).unwrap();
    assert_eq!(factors.len(), 5, "{terms}");
    let product: f64 = factors.iter().product();
    assert!((product / scores[0] as f64 - 1.0).abs() < 0.1, "{terms}");
    for band in ["critical", "high", "moderate", "low"] {
        let said = browser.run(&format!(
            "const a = document.querySelector('#risk a[data-band={band}]'); a.click();
             return +a.closest('tr').cells[2].textContent.replace(/,/g, '')"
        ));
        assert_eq!(count(&browser), said.as_u64().unwrap(), "{band}");
    }
    browser.run("document.querySelector('#risk a[data-folder]').click()");
    assert!(count(&browser) > 0);
    browser.run("document.querySelector('button[type=reset]').click()");
    count(&browser);

    // For screen readers: everything that can be worked has a name, every picture words, every table heads with a scope.
    let nameless = browser.run(
        "const bad = [];
         for (const e of document.querySelectorAll('a, button, select, input')) {
           const name = e.getAttribute('aria-label') || e.textContent || (e.labels && [...e.labels].map(l => l.textContent).join(''));
           if (!name || !name.trim()) bad.push(e.outerHTML);
         }
         for (const e of document.querySelectorAll('svg')) if (e.getAttribute('role') !== 'img' || !e.getAttribute('aria-label')) bad.push('svg');
         for (const e of document.querySelectorAll('th')) if (!e.scope) bad.push(e.outerHTML);
         for (const e of document.querySelectorAll('section')) if (!e.getAttribute('aria-label') && !document.getElementById(e.getAttribute('aria-labelledby'))) bad.push(e.id);
         const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
         if (new Set(ids).size !== ids.length) bad.push('an id twice');
         if (document.documentElement.lang !== 'en-GB' || document.querySelectorAll('h1, main').length !== 2) bad.push('language, heading or main');
         return bad",
    );
    assert_eq!(nameless, json!([]));

    // Light, dark and paper. Text keeps the contrast of WCAG 2.2 AA (4.5 to 1) in the tables.
    for scheme in ["light", "dark"] {
        browser.devtools(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
        let poor = browser.run(CONTRAST);
        assert_eq!(poor, json!([]), "{scheme}");
        assert!(browser.picture(scheme) > 20_000);
    }
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let paper = browser.run(
        "const shown = s => getComputedStyle(document.querySelector(s)).display !== 'none';
         return [shown('#filters'), shown('header nav'), shown('.heat'), shown('#table'), getComputedStyle(document.body).backgroundColor]",
    );
    assert_eq!(
        paper,
        json!([false, false, true, true, "rgb(255, 255, 255)"])
    );
    let pdf = browser.devtools("Page.printToPDF", json!({"printBackground": true}));
    let pdf = driver::from_base64(pdf["data"].as_str().unwrap());
    assert!(pdf.starts_with(b"%PDF"));
    if let Some(folder) = std::env::var_os("DOMESDAY_SCREENSHOTS") {
        fs::write(Path::new(&folder).join("print.pdf"), &pdf).unwrap();
    }
    browser.devtools("Emulation.setEmulatedMedia", json!({"media": ""}));

    // On a narrow screen nothing but the wide tables scrolls sideways.
    browser.devtools(
        "Emulation.setDeviceMetricsOverride",
        json!({"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": false}),
    );
    let wide = browser.run("return document.documentElement.scrollWidth");
    browser.picture("narrow");
    assert!(wide.as_u64().unwrap() <= 400, "{wide}");
    quiet(&browser, &page);
}

/// Cells of tables and the words of the page whose colour is too near that of what is behind them.
const CONTRAST: &str = "
  const rgb = c => { const x = document.createElement('canvas').getContext('2d', { willReadFrequently: true }); x.fillStyle = c; x.fillRect(0, 0, 1, 1); return [...x.getImageData(0, 0, 1, 1).data]; };
  const cache = {}, colour = c => cache[c] = cache[c] || rgb(c);
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = colour(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const poor = new Set();
  for (const e of document.querySelectorAll('td, th, td a, th a, p, p a, li a, .tag, caption, figcaption, .folder, .name, small')) {
    if (!e.textContent.trim()) continue;
    const a = light(colour(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.add(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
  }
  return [...poor]";

#[test]
fn hostile_names_stay_text() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share <b>bold</b> & \"quoted\"");
    let names = [
        "<img src=x onerror=alert(1)>.txt",
        "<script>window.ran = 1</script>.txt",
        "\u{202e}txt.exe'\"><svg onload=alert(2)>.txt",
        "line\nbreak & tab\t.txt",
        "__proto__",
        "{{7*7}} ${7*7} `7`.txt",
    ];
    for inside in ["toString", "constructor <i>"] {
        fs::create_dir_all(share.join(inside)).unwrap();
        for (at, name) in names.iter().enumerate() {
            let text =
                format!("Name: Ada Example\nNI number: QQ 12 34 {at}{at} C\nDiagnosis: asthma\n");
            fs::write(share.join(inside).join(name.replace('/', "_")), text).unwrap();
        }
    }
    let page = page_of(folder.path(), &share);
    browser.open(&page);
    quiet(&browser, &page);
    let seen = browser.run(
        "return [document.querySelectorAll('img, main b, main i, script[src], svg[onload]').length, window.ran === undefined,
                 document.querySelectorAll('#table tbody > tr').length, document.querySelector('h1').textContent, document.body.innerText]",
    );
    assert_eq!(seen[0], 0);
    assert_eq!(seen[1], true);
    assert_eq!(seen[2], 12);
    assert!(
        seen[3]
            .as_str()
            .unwrap()
            .ends_with("share <b>bold</b> & \"quoted\"")
    );
    let text = seen[4].as_str().unwrap();
    for shown in [
        "<img src=x onerror=alert(1)>.txt",
        "\\u{202e}txt.exe",
        "line\\nbreak & tab\\t.txt",
        "__proto__",
        "{{7*7}}",
    ] {
        assert!(text.contains(shown), "{shown}");
    }
    assert!(!text.contains('\u{202e}'));
    // The way from a chart to the documents works for such names too.
    let said = browser.run("const a = document.querySelector('.heat tbody th a'); a.click(); return document.getElementById('folder').value");
    assert!(count(&browser) > 0, "{said}");
    // Looked for like any other.
    browser.run("document.querySelector('button[type=reset]').click()");
    assert_eq!(search(&browser, "onerror"), 2);
    quiet(&browser, &page);
}

#[test]
fn an_empty_share_gives_a_page_too() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("empty");
    fs::create_dir(&share).unwrap();
    fs::write(share.join("notes.txt"), "Nothing to see here.\n").unwrap();
    let page = page_of(folder.path(), &share);
    browser.open(&page);
    quiet(&browser, &page);
    assert_eq!(count(&browser), 0);
}
