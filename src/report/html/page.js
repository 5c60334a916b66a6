"use strict";
// Draws the table of documents from the JSON in the page. Text goes in as text nodes only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const docs = data.documents, PAGE = 100;
  const el = (name, text, props) => {
    const e = document.createElement(name);
    if (text !== undefined) e.textContent = text;
    return Object.assign(e, props || {});
  };
  const group = new Intl.NumberFormat("en-GB"), num = n => group.format(n);
  const size = n => { if (n === null) return ""; const u = ["B", "kB", "MB", "GB", "TB"]; let i = 0;
    while (n >= 1000 && i < 4) { n /= 1000; i++; } return (i ? n.toFixed(1) : n) + " " + u[i]; };
  const text = docs.map(d => (d.p + "\n" + d.o + "\n" + d.u).toLowerCase());
  const order = new Intl.Collator("en-GB", { numeric: true });
  const columns = [
    ["Document", d => d.p], ["Categories", d => d.c.length + (d.x ? 100 : 0)], ["High", d => d.f[0]], ["Medium", d => d.f[1]],
    ["Hints", d => d.f[2]], ["People", d => d.n], ["Copies", d => d.k], ["Readable by", d => d.e], ["Modified", d => d.m],
    ["Size", d => d.s === null ? -1 : d.s], ["Not read", d => d.u],
  ];
  let sort = null, down = false, page = 0, shown = docs.map((_, i) => i);
  const byId = id => document.getElementById(id), table = byId("table");
  const head = table.tHead.rows[0], body = table.tBodies[0];
  const category = byId("category"), exposed = byId("exposed"), special = byId("special"), search = byId("search");
  data.categories.forEach((c, i) => { if (docs.some(d => d.c.includes(i))) category.append(el("option", c[0], { value: i })); });
  data.exposures.forEach((e, i) => exposed.append(el("option", e, { value: i })));
  columns.forEach((c, i) => {
    const th = el("th", undefined, { scope: "col" }), b = el("button", c[0], { type: "button" });
    b.addEventListener("click", () => { down = sort === i ? !down : i !== 0 && i !== 10; sort = i; page = 0; arrange(); draw(); });
    th.append(b); head.append(th);
  });

  function arrange() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const c = category.value === "" ? -1 : +category.value, e = exposed.value === "" ? -1 : +exposed.value, x = special.checked;
    shown = [];
    for (let i = 0; i < docs.length; i++) {
      const d = docs[i];
      if (x && !d.x || c >= 0 && !d.c.includes(c) || e >= 0 && d.e !== e) continue;
      if (words.every(w => text[i].includes(w))) shown.push(i);
    }
    if (sort !== null) {
      const key = columns[sort][1], keys = docs.map(key), sign = down ? -1 : 1;
      const strings = typeof keys[0] === "string";
      shown.sort((a, b) => sign * (strings ? order.compare(keys[a], keys[b]) : keys[a] - keys[b]) || a - b);
    }
  }

  function detail(d) {
    const td = el("td", undefined, { colSpan: columns.length });
    if (!d.d.length) { td.textContent = d.u || "Locations are in `report csv`."; return td; }
    const t = el("table"), h = t.createTHead().insertRow(), b = t.createTBody();
    for (const name of ["Inside", "Rule", "High / medium / low", "Where", "Level", "Preview", "Why", "Id"]) h.append(el("th", name, { scope: "col" }));
    for (const [part, rule, counts, findings] of d.d) {
      const rows = findings.length ? findings : [["", "", "", "", ""]];
      rows.forEach((f, i) => {
        const r = b.insertRow();
        for (const s of i ? ["", "", ""] : [part, rule, counts.map(num).join(" / ")]) r.append(el("td", s));
        for (const s of f.slice(0, 4)) r.append(el("td", s));
        const id = el("td"); if (f[4]) id.append(el("code", f[4])); r.append(id);
      });
    }
    td.append(t);
    return td;
  }

  function draw() {
    [...head.cells].forEach((th, i) => th.setAttribute("aria-sort", sort === i ? (down ? "descending" : "ascending") : "none"));
    body.replaceChildren();
    for (const i of shown.slice(page * PAGE, (page + 1) * PAGE)) {
      const d = docs[i], r = body.insertRow(), cell = el("th", undefined, { scope: "row" });
      const b = el("button", d.p, { type: "button" });
      b.setAttribute("aria-expanded", "false");
      b.addEventListener("click", () => {
        const open = b.getAttribute("aria-expanded") === "true";
        b.setAttribute("aria-expanded", String(!open));
        if (open) r.nextSibling.remove();
        else { const more = el("tr", undefined, { className: "detail" }); more.append(detail(d)); r.after(more); }
      });
      cell.append(b); r.append(cell);
      const tags = el("td");
      for (const c of d.c) tags.append(el("span", data.categories[c][0], { className: "tag " + data.categories[c][1] }));
      r.append(tags);
      for (const n of [d.f[0], d.f[1], d.f[2], d.n, d.k]) r.append(el("td", num(n), { className: "n" }));
      r.append(el("td", data.exposures[d.e]), el("td", d.m, { className: "d" }), el("td", size(d.s), { className: "n" }), el("td", d.u));
    }
    const pages = Math.max(1, Math.ceil(shown.length / PAGE)), nav = byId("pages");
    byId("count").textContent = num(shown.length) + " of " + num(docs.length) + " documents, page " + (page + 1) + " of " + pages;
    nav.replaceChildren();
    const step = (words, to, on) => { const b = el("button", words, { type: "button", disabled: !on });
      b.addEventListener("click", () => { page = to; draw(); byId("documents").scrollIntoView(); }); nav.append(b); };
    step("First", 0, page > 0); step("Previous", page - 1, page > 0);
    step("Next", page + 1, page + 1 < pages); step("Last", pages - 1, page + 1 < pages);
  }

  const again = () => { page = 0; arrange(); draw(); };
  let wait;
  search.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(again, 80); });
  for (const c of [category, exposed, special]) c.addEventListener("change", again);
  byId("filters").addEventListener("submit", e => { e.preventDefault(); again(); });
  arrange(); draw();
})();
