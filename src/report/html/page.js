"use strict";
// Draws the table of documents from the JSON in the page. Text goes in as text nodes only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const docs = data.documents, PAGE = 100, TAGS = 2, TOP = "(top folder)";
  const el = (name, text, props) => {
    const e = document.createElement(name);
    if (text !== undefined) e.textContent = text;
    return Object.assign(e, props || {});
  };
  const group = new Intl.NumberFormat("en-GB"), num = n => group.format(n);
  const size = n => { if (n === null) return ""; const u = ["B", "kB", "MB", "GB", "TB"]; let i = 0;
    while (n >= 1000 && i < 4) { n /= 1000; i++; } return (i ? n.toFixed(1) : n) + " " + u[i]; };
  const folder = d => data.folders[d.g];
  const path = d => folder(d) === TOP ? d.p : folder(d) + "/" + d.p;
  const whole = p => { for (const [name, path] of data.roots) if (p.startsWith(name + "/")) return path + p.slice(name.length); return data.base + p; };
  const text = docs.map(d => (path(d) + "\n" + d.o + "\n" + d.u).toLowerCase());
  const columns = [
    ["Document", (d, i) => text[i], ""], ["Risk", d => d.r ? d.r[0] : -1, "n"], ["Categories", d => d.x * 100 + d.c.length, ""], ["High", d => d.f[0], "n"], ["Medium", d => d.f[1], "n"],
    ["Hints", d => d.f[2], "n"], ["People", d => d.n, "n"], ["Copies", d => d.k, "n"], ["Readable by", d => d.e, ""], ["Owner", d => d.o.toLowerCase(), ""],
    ["Modified", d => d.m, "d"], ["Size", d => d.s === null ? -1 : d.s, "n"],
  ];
  let sort = null, down = false, page = 0, shown = [];
  const keys = columns.map(() => null);
  const byId = id => document.getElementById(id), table = byId("table");
  const head = table.tHead.rows[0], body = table.tBodies[0];
  const category = byId("category"), exposed = byId("exposed"), search = byId("search"), where = byId("folder");
  const risk = byId("band"), band = d => d.r ? data.bands[d.r[7]] : "";
  const only = byId("only"), special = byId("special"), unread = byId("unread-only");
  const used = new Set(docs.flatMap(d => d.c));
  data.categories.forEach((c, i) => { if (used.has(i)) category.append(el("option", c[0], { value: i })); });
  data.exposures.forEach((e, i) => exposed.append(el("option", e, { value: i })));
  data.bands.forEach(b => risk.append(el("option", b, { value: b })));
  columns.forEach((c, i) => {
    const th = el("th", undefined, { scope: "col", className: c[2] }), b = el("button", c[0], { type: "button" });
    b.addEventListener("click", () => { down = sort === i ? !down : ![0, 9, 10].includes(i); sort = i; page = 0; arrange(); draw(); });
    th.append(b); head.append(th);
  });

  function arrange() {
    const words = search.value.toLowerCase().replace(data.base.toLowerCase(), "").split(/\s+/).filter(Boolean);
    const c = category.value === "" ? -1 : +category.value, e = exposed.value === "" ? -1 : +exposed.value;
    const x = special.checked, u = unread.checked, o = only.checked, r = risk.value;
    let w = where.value.trim().replace(data.base, "").replace(/\/+$/, "");
    if (w === TOP && !o) w = "";
    const inside = data.folders.map(f => !w || f === w || !o && f.startsWith(w + "/"));
    shown = [];
    for (let i = 0; i < docs.length; i++) {
      const d = docs[i];
      if (x && !d.x || u && !d.u || c >= 0 && !d.c.includes(c) || e >= 0 && d.e !== e || r && band(d) !== r || !inside[d.g]) continue;
      if (words.every(w => text[i].includes(w))) shown.push(i);
    }
    if (sort !== null) {
      const k = keys[sort] = keys[sort] || docs.map(columns[sort][1]), sign = down ? -1 : 1;
      // Documents come riskiest first, and that is the order of those that are equal. Empty cells go last either way.
      shown.sort((a, b) => (k[a] === "") - (k[b] === "") || (k[a] < k[b] ? -sign : k[a] > k[b] ? sign : a - b));
    }
  }

  const tag = c => el("span", data.categories[c][0], { className: "tag " + data.categories[c][1] });

  // The terms of a risk, in words.
  const tenth = n => n.toFixed(1);
  function terms(d) {
    const [all, content, linked, people, exposure, age, years] = d.r;
    return num(all) + " (" + band(d) + ") = content " + content + " × linked " + tenth(linked) + " × people " + tenth(people) + " (" + num(d.n) + ") × exposure " +
      tenth(exposure) + " (" + data.exposures[d.e] + ") × age " + tenth(age) + " (" + (years === null ? "no date" : num(years) + (years === 1 ? " year" : " years")) + ")";
  }

  function detail(d) {
    const td = el("td", undefined, { colSpan: columns.length });
    const facts = [["Path", whole(path(d))], ["Owner", d.o], ["Modified", d.m], ["Readable by", data.exposures[d.e]], ["Not read", d.u],
      ["Risk", d.r ? terms(d) : ""], ["Reviewed", d.v ? num(d.v) + (d.v === 1 ? " finding" : " findings") + " marked as a false positive or accepted, counted nowhere else" : ""]];
    const list = el("dl");
    for (const [name, value] of facts) if (value) list.append(el("dt", name), el("dd", value));
    const all = el("dd"); for (const c of d.c) all.append(tag(c), " ");
    if (d.c.length) list.append(el("dt", "Categories"), all);
    td.append(list);
    if (!d.d) { td.append(el("p", d.c.length || d.f[2] ? "Where in it: see `domesday report csv`." : "Nothing was found in what could be read of it.")); return td; }
    const t = el("table"), h = t.createTHead().insertRow(), b = t.createTBody();
    t.append(el("caption", "What was found in it, at most five places a rule; `domesday explain ID` tells more of one"));
    for (const name of ["Inside", "Rule", "High / medium / low", "Where", "Level", "Preview", "Why", "Id"]) h.append(el("th", name, { scope: "col" }));
    for (const [part, base, word, counts, findings] of d.d) {
      const rule = data.words[word], rows = findings.length ? findings : [null];
      rows.forEach((f, i) => {
        const r = b.insertRow();
        for (const s of i ? ["", "", ""] : [part || "the file", rule, counts.map(num).join(" / ")]) r.append(el("td", s));
        for (const s of f ? [f[0], data.levels[f[1]], f[2], data.words[f[3]]] : ["", "", "", ""]) r.append(el("td", s));
        const id = el("td"); if (f) id.append(el("code", base + "/" + rule + "/" + f[4])); r.append(id);
      });
    }
    td.append(t);
    return td;
  }

  function row(i) {
    const d = docs[i], r = body.insertRow(), cell = el("th", undefined, { scope: "row" });
    const b = el("button", undefined, { type: "button" });
    if (folder(d) !== TOP) b.append(el("span", folder(d) + "/", { className: "folder" }));
    b.append(el("span", d.p, { className: "name" }));
    b.setAttribute("aria-expanded", "false");
    b.addEventListener("click", () => {
      const open = b.getAttribute("aria-expanded") === "true";
      b.setAttribute("aria-expanded", String(!open));
      if (open) r.nextSibling.remove();
      else { const more = el("tr", undefined, { className: "detail" }); more.append(detail(d)); r.after(more); }
    });
    cell.append(b);
    if (d.u) cell.append(el("div", "Not read: " + d.u, { className: "u" }));
    r.append(cell);
    r.append(d.r ? el("td", num(d.r[0]), { className: "n band " + band(d), title: terms(d) }) : el("td", "", { className: "n" }));
    const tags = el("td");
    for (const c of d.c.slice(0, TAGS)) tags.append(tag(c), " ");
    if (d.c.length > TAGS) tags.append(el("span", "+" + (d.c.length - TAGS), { className: "tag more", title: d.c.slice(TAGS).map(c => data.categories[c][0]).join(", ") }));
    r.append(tags);
    for (const n of [d.f[0], d.f[1], d.f[2], d.n, d.k]) r.append(el("td", n ? num(n) : "", { className: "n" }));
    r.append(el("td", data.exposures[d.e]), el("td", d.o), el("td", d.m, { className: "d" }), el("td", size(d.s), { className: "n" }));
  }

  function draw() {
    [...head.cells].forEach((th, i) => th.setAttribute("aria-sort", sort === i ? (down ? "descending" : "ascending") : "none"));
    body.replaceChildren();
    shown.slice(page * PAGE, (page + 1) * PAGE).forEach(row);
    const pages = Math.max(1, Math.ceil(shown.length / PAGE)), nav = byId("pages");
    byId("count").textContent = num(shown.length) + " of " + num(docs.length) + (docs.length === 1 ? " document" : " documents") +
      (pages > 1 ? ", page " + num(page + 1) + " of " + num(pages) : "");
    nav.replaceChildren();
    if (pages === 1) return;
    const step = (words, to, on) => { const b = el("button", words, { type: "button", disabled: !on });
      b.addEventListener("click", () => { page = to; draw(); byId("table").scrollIntoView(); byId("table").focus({ preventScroll: true }); }); nav.append(b); };
    step("First", 0, page > 0); step("Previous", page - 1, page > 0);
    step("Next", page + 1, page + 1 < pages); step("Last", pages - 1, page + 1 < pages);
  }

  const again = () => { page = 0; arrange(); draw(); };
  let wait;
  for (const i of [search, where]) i.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(again, 60); });
  for (const c of [category, exposed, risk, special, only, unread]) c.addEventListener("change", again);
  byId("filters").addEventListener("submit", e => { e.preventDefault(); again(); });
  byId("filters").addEventListener("reset", () => setTimeout(again));
  // A click in a chart, or on a sentence at the top, shows the documents it speaks of.
  document.addEventListener("click", e => {
    const a = e.target.closest("a[href='#documents']");
    if (!a || a.className === "skip" || a.closest("nav")) return;
    byId("filters").reset();
    const set = a.dataset;
    if (set.folder !== undefined) where.value = set.folder;
    only.checked = set.only === "1"; special.checked = set.special === "1"; unread.checked = set.unread === "1";
    if (set.category !== undefined) category.value = set.category;
    if (set.exposed !== undefined) exposed.value = set.exposed;
    if (set.band !== undefined) risk.value = set.band;
    again();
  });
  again();
})();
