"use strict";
// The page is whole without this: it adds a filter and sorting to the table that is already there.
(() => {
  const table = document.getElementById("ranking");
  if (!table) return;
  const body = table.tBodies[0];
  // what only the other lists have joins the table: the tabs say what is shown
  const others = document.getElementById("others");
  if (others) {
    body.append(...Array.from(others.rows).slice(1));
    others.remove();
  }
  const rows = Array.from(body.rows);
  const filter = document.getElementById("filter");
  const count = document.getElementById("count");
  const empty = document.getElementById("empty");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat("en");

  // "Pokemon" finds "Pokémon", "rubiks" finds "Rubik's"
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f'’]/g, "").toLowerCase();
  const haystack = new Map(rows.map((row) => [
    row, fold(Array.from(row.querySelectorAll("[data-find]"), (e) => e.textContent).join(" ")),
  ]));

  // a browser takes half a second to set or drop a thousand rows: the first of the list change at once, the others frame
  // by frame. What is in the list says isOut; "hidden" follows.
  const FIRST = 15;
  const A_FRAME = 40;
  let waiting = [];
  let frame = 0;
  const settle = (n) => {
    for (const row of waiting.splice(0, n)) row.hidden = row.isOut;
    // what was set is on the screen when the frame after the next begins
    const next = () => { frame = requestAnimationFrame(() => settle(A_FRAME)); };
    frame = waiting.length ? requestAnimationFrame(next) : 0;
  };

  const apply = () => {
    cancelAnimationFrame(frame);
    const words = fold(filter.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    let atOnce = 0;
    waiting = [];
    for (const row of Array.from(body.rows)) {
      row.isOut = !words.every((word) => haystack.get(row).includes(word)) || !(window.miner?.passes(row) ?? true);
      if (row.hidden !== row.isOut) waiting.push(row);
      if (shown < FIRST) atOnce = waiting.length;
      if (!row.isOut) shown += 1;
    }
    settle(atOnce);
    const listed = rows.filter((row) => window.miner?.isListed(row) ?? true).length;
    const noun = listed === 1 ? "artifact" : "artifacts";
    const total = `${number.format(listed)} ${noun}`;
    count.textContent = shown < listed ? `${number.format(shown)} of ${total}` : total;
    empty.hidden = shown > 0;
  };

  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.v ?? cell.querySelector("[data-key]")?.textContent ?? "";
    return text.trim();
  };
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? collator.compare(a, b) : x - y;
  };
  const sort = (header, column) => {
    const other = { ascending: "descending", descending: "ascending" };
    const order = other[header.getAttribute("aria-sort")] ?? header.dataset.sort;
    for (const each of header.parentNode.cells) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const keyed = rows.map((row) => [value(row, column), row]);
    // what is not known stays at the end, whichever way the rest is turned
    keyed.sort(([a], [b]) => (a === "") - (b === "") || (a === "" ? 0 : sign * compare(a, b)));
    body.append(...keyed.map(([, row]) => row));
  };

  Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header, column));
    header.append(button);
  });

  window.addEventListener("beforeprint", () => settle(rows.length));

  // a link into the list must not lead to a row that the filter hides
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (!target.isOut) target.hidden = false;
    if (!target.hidden) return;
    filter.value = "";
    apply();
    target.scrollIntoView();
  });
  // where the other script runs, it tells when
  filter.addEventListener("input", () => { if (!window.miner) apply(); });
  document.addEventListener("refilter", apply);
  document.addEventListener("reorder", (event) => {
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    if (event.detail.byRank) table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");
    body.append(...[...rows].sort((a, b) => event.detail.compare(a, b)));
  });
  document.getElementById("find").hidden = false;
  if (filter.value) apply();
})();
