"use strict";
// Decisions, facets, story year, exports: what a team does with the list. Everything stays in this browser, or goes to
// the `miner serve` that sent the page; nothing else is ever asked.
(() => {
  const table = document.getElementById("ranking");
  const embedded = document.getElementById("facts");
  if (!table || !embedded) return;
  const facts = JSON.parse(embedded.textContent);
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const server = document.querySelector('meta[name="decisions"]')?.content ?? "";
  const number = new Intl.NumberFormat("en");
  const REASONS = ["not an object", "duplicate", "wrong year", "too obvious", "cannot be had", "other"];
  // what the rows show is read off them: the page would be a third larger with all of it twice
  for (const row of rows) {
    const fact = facts.rows[row.id];
    const words = (selector) => row.querySelector(selector)?.textContent.trim() ?? "";
    Object.assign(fact, {
      id: row.id, name: words(".name"), spellings: [...new Set(Array.from(row.querySelectorAll(".also[data-find] bdi, .joins bdi"), (e) => e.textContent.trim()))],
      category: words(".kind [data-key]"), department: words(".dept").split(", also ")[0],
      rank: Number(row.querySelector(".rank").dataset.v), n_authors: Number(row.cells[3].dataset.v),
      share: Number(row.cells[5].dataset.v), first: fact.first ?? null,
      lenses: fact.lenses ?? ["seen"], seen_in: fact.seen_in ? fact.seen_in.map((n) => facts.sources[n]) : facts.sources,
      life: fact.life ?? 10,
    });
  }
  const make = (tag, props = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name.startsWith("aria-") || name.startsWith("data-")) element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...children);
    return element;
  };
  const say = (words) => { document.getElementById("said").textContent = words; };

  // --- the log ---------------------------------------------------------------------------------------------------
  const KEY = `nostalgia-miner:${facts.corpus}:decisions`;
  let log = [];
  let kept = true;
  try {
    log = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(log)) log = [];
  } catch { kept = false; }
  const keep = () => {
    try { localStorage.setItem(KEY, JSON.stringify(log)); kept = true; } catch { kept = false; }
    if (!kept && !server) say("This browser does not store decisions: export them before you close the page.");
  };
  const sorted = () => [...log].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
  const state = new Map();
  const base = new Map(rows.map((row) => [facts.rows[row.id].id, facts.rows[row.id]]));
  const settle = () => {
    state.clear();
    for (const [id, fact] of base) {
      state.set(id, {
        decision: fact.decision ?? "", reason: fact.reason ?? "", department: fact.said_department ?? "",
        note: fact.note ?? "", same_as: "", split: "",
      });
    }
    for (const line of sorted()) {
      const now = state.get(line.artifact);
      if (!now) continue;
      now[line.what] = line.value;
      if (line.what === "decision") now.reason = line.reason ?? "";
    }
  };
  const hex = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const who = document.getElementById("who");
  let last = "";
  const stamp = () => {
    // two words in one millisecond must not change places
    let at = new Date().toISOString();
    if (at <= last) at = new Date(Date.parse(last) + 1).toISOString();
    last = at;
    return at;
  };
  const undone = [];
  const decide = (row, what, value, reason = "") => {
    const fact = facts.rows[row.id];
    const before = state.get(fact.id);
    undone.push({ row, what, value: before[what], reason: what === "decision" ? before.reason : "" });
    write(row, what, value, reason);
  };
  const write = (row, what, value, reason) => {
    const fact = facts.rows[row.id];
    const line = {
      v: 1, id: hex(), at: stamp(), by: who.value.trim().slice(0, 200), artifact: fact.id, name: fact.name,
      spellings: fact.spellings.slice(0, 40), what, value, reason,
    };
    log.push(line);
    keep();
    settle();
    show(row);
    apply();
    send([line]);
  };
  // what the server has not acknowledged goes with the next decision, in parts that it takes
  const waiting = new Map();
  const PART = 500;
  let isSending = false;
  const send = async (lines) => {
    for (const line of lines) waiting.set(line.id, line);
    if (!server || !waiting.size || isSending) return;
    isSending = true;
    try {
      while (waiting.size) {
        const part = Array.from(waiting.values()).slice(0, PART);
        const answer = await fetch(server, {
          method: "POST", headers: { "X-Nostalgia-Miner": "decide", "Content-Type": "application/x-ndjson" },
          body: part.map((line) => JSON.stringify(line)).join("\n"),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        for (const line of part) waiting.delete(line.id);
      }
      say("Saved.");
    } catch {
      say("Not saved on the server; it is kept here and sent again with the next decision.");
    } finally { isSending = false; }
  };
  const undo = () => {
    const step = undone.pop();
    if (!step) { say("Nothing to undo."); return; }
    write(step.row, step.what, step.value, step.reason);
    focus(step.row);
    say(`Undone: ${facts.rows[step.row.id].name}.`);
  };

  // --- a row's buttons -------------------------------------------------------------------------------------------
  const CHOICES = [["keep", "Keep"], ["maybe", "Maybe"], ["reject", "Reject"]];
  const parts = new Map();
  for (const row of rows) {
    const name = facts.rows[row.id].name;
    const buttons = CHOICES.map(([value, label]) => {
      const button = make("button", { type: "button", textContent: label, "aria-pressed": "false", "data-value": value });
      button.addEventListener("click", () => choose(row, value));
      return button;
    });
    const more = make("button", { type: "button", textContent: "More…", "aria-label": `More about ${name}` });
    more.addEventListener("click", () => edit(row));
    const note = make("p", { className: "verdict", hidden: true });
    const group = make("div", { className: "decide", role: "group" }, ...buttons, more);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", `Decide about ${name}`);
    row.querySelector(".what").append(group, note);
    row.tabIndex = -1;
    parts.set(row, { buttons, note });
  }
  const show = (row) => {
    const now = state.get(facts.rows[row.id].id);
    const { buttons, note } = parts.get(row);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === now.decision));
    const words = [
      now.decision && { keep: "Kept", maybe: "Maybe", reject: "Rejected" }[now.decision] + (now.reason ? `: ${now.reason}` : ""),
      now.department && `for ${now.department}`, now.same_as && `the same as ${now.same_as}`,
      now.split && `not ${now.split.split("\n").join(", ")}`, now.note,
    ].filter(Boolean);
    note.textContent = words.join(" · ");
    note.hidden = words.length === 0;
    row.dataset.decision = now.decision;
  };
  const choose = (row, value) => {
    const now = state.get(facts.rows[row.id].id);
    current = row;
    if (value === "reject" && now.decision !== "reject") { askWhy(row); return; }
    decide(row, "decision", now.decision === value ? "" : value);
  };

  // --- dialogs ---------------------------------------------------------------------------------------------------
  const dialog = (title, ...content) => {
    const heading = make("h2", { textContent: title, id: `d_${hex().slice(0, 8)}` });
    const made = make("dialog", {}, heading, ...content);
    made.setAttribute("aria-labelledby", heading.id);
    document.body.append(made);
    made.addEventListener("close", () => made.remove());
    made.showModal();
    return made;
  };
  const askWhy = (row) => {
    const list = make("div", { className: "reasons" });
    const done = (reason) => {
      made.close();
      decide(row, "decision", "reject", reason);
      focus(row);
      // a duplicate of what?
      if (reason === "duplicate") edit(row, "same_as");
    };
    REASONS.forEach((reason, i) => {
      const button = make("button", { type: "button" }, make("kbd", { textContent: String(i + 1) }), ` ${reason}`);
      button.addEventListener("click", () => done(reason));
      list.append(button);
    });
    const plain = make("button", { type: "button" }, make("kbd", { textContent: "0" }), " no reason");
    plain.addEventListener("click", () => done(""));
    list.append(plain);
    const made = dialog(`Why not ${facts.rows[row.id].name}?`, list);
    made.addEventListener("keydown", (event) => {
      if (event.key >= "0" && event.key <= "6" && event.key.length === 1) {
        event.preventDefault();
        event.stopPropagation();
        done(event.key === "0" ? "" : REASONS[Number(event.key) - 1]);
      }
    });
  };
  const field = (label, control) => make("label", { className: "field" }, make("span", { textContent: label }), control);
  const edit = (row, first = "") => {
    current = row;
    const fact = facts.rows[row.id];
    const now = state.get(fact.id);
    const note = make("textarea", { value: now.note, maxLength: 4000, rows: 3 });
    const department = make("select", {}, make("option", { value: "", textContent: `usual (${fact.department})` }),
      ...facts.departments.map((name) => make("option", { value: name, textContent: name })));
    department.value = now.department;
    const names = make("datalist", { id: "all-names" }, ...rows.filter((other) => other !== row)
      .map((other) => make("option", { value: facts.rows[other.id].name })));
    const same = make("input", { value: now.same_as, maxLength: 200, autocomplete: "off" });
    same.setAttribute("list", "all-names");
    const apart = now.split.split("\n");
    const boxes = fact.spellings.map((spelling) => make("input", { type: "checkbox", value: spelling, checked: apart.includes(spelling) }));
    const split = make("fieldset", {}, make("legend", { textContent: "Which of its spellings are another thing?" }),
      ...boxes.map((box) => make("label", {}, box, ` ${box.value}`)));
    const save = make("button", { type: "submit", textContent: "Save" });
    const close = make("button", { type: "button", textContent: "Cancel" });
    const form = make("form", { method: "dialog" }, field("Note", note), field("Department", department),
      field("The same thing as", same), names, ...(boxes.length ? [split] : []), make("div", { className: "ends" }, save, close));
    const made = dialog(fact.name, form);
    if (first === "same_as") same.focus();
    close.addEventListener("click", () => made.close());
    form.addEventListener("submit", () => {
      const parted = boxes.filter((box) => box.checked).map((box) => box.value).join("\n");
      for (const [what, value] of [["note", note.value.trim()], ["department", department.value], ["same_as", same.value.trim()], ["split", parted]]) {
        if (value !== now[what]) decide(row, what, value);
      }
      focus(row);
    });
  };
  const KEYS = [["K or P", "keep"], ["M", "maybe"], ["X", "reject, then a number for the reason"], ["U", "undo"], ["E", "note, department, merge, split"],
    ["J or ↓", "next"], ["↑", "the one before"], ["/", "search"], ["?", "this help"]];
  const help = () => {
    const list = make("dl", { className: "keys" });
    for (const [key, does] of KEYS) list.append(make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: does }));
    const close = make("button", { type: "button", textContent: "Close" });
    const made = dialog("Keys", list, close);
    close.addEventListener("click", () => made.close());
  };

  // --- going through the list ------------------------------------------------------------------------------------
  let current = null;
  const visible = () => Array.from(body.rows).filter((row) => !row.isOut);
  const focus = (row) => {
    current?.classList.remove("current");
    current = row;
    if (!row) return;
    row.hidden = false;
    row.classList.add("current");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const shown = visible();
    if (!shown.length) return;
    const at = shown.indexOf(current);
    focus(shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const choices = { k: "keep", p: "keep", m: "maybe", x: "reject" };
    if (key in choices) { if (!current || current.isOut) step(1); if (current) choose(current, choices[key]); }
    else if (key === "u") undo();
    else if (key === "e") { if (current) edit(current); }
    else if (key === "j" || key === "ArrowDown") step(1);
    else if (key === "ArrowUp") step(-1);
    else if (key === "/") document.getElementById("filter").focus();
    else if (key === "?") help();
    else return;
    event.preventDefault();
  });

  // --- the story's year ------------------------------------------------------------------------------------------
  const flag = (fact, year) => {
    if (fact.first === null) return ["undated", "no source dates it"];
    const told = `(${fact.sources.slice(0, 2).join("; ")})`;
    if (year < fact.first) return ["block", `not on sale until ${fact.first} ${told}`];
    const branded = ([level, words]) => (fact.is_brand ? ["warn", `${words}; date the model, not the brand`] : [level, words]);
    if (year === fact.first) return branded(["warn", `came in ${fact.first}: check the month ${told}`]);
    if (!fact.heyday) return branded(["ok", `there since ${fact.first} ${told}`]);
    const [start, end] = fact.heyday;
    if (year < start) return branded(["info", `early adopter: everywhere from ${start}`]);
    if (year <= end) return branded(["ok", `everywhere from ${start} to ${end}`]);
    if (!fact.life) return branded(["warn", `last common in ${end}, and nobody keeps it`]);
    if (year <= end + fact.life) return branded(["info", `leftover of ${start}-${end}, fine as an old possession`]);
    return branded(["info", `vintage by then: everywhere from ${start} to ${end}`]);
  };
  const LEVELS = { block: "Not yet", warn: "Check", info: "Note", ok: "Fits", undated: "Undated" };
  const slider = document.getElementById("story");
  const told = document.getElementById("story-year");
  const flags = new Map();
  for (const row of rows) {
    const there = row.querySelector(".period");
    const place = there ?? make("p", { className: "period", hidden: true });
    if (!there) row.querySelector(".name").after(place);
    flags.set(row, place);
  }
  let storyYear = facts.story;
  const tell = () => {
    told.textContent = storyYear === null ? "no year" : String(storyYear);
    for (const row of rows) {
      const place = flags.get(row);
      place.hidden = storyYear === null;
      row.dataset.level = "";
      if (storyYear === null) continue;
      const [level, words] = flag(facts.rows[row.id], storyYear);
      row.dataset.level = level;
      place.className = `period ${level}`;
      place.replaceChildren(make("b", { textContent: LEVELS[level] }), ` ${words}`);
    }
  };

  // --- facets, and the address that says them --------------------------------------------------------------------
  const facets = document.getElementById("facets");
  const unique = (values) => [...new Set(values)].sort((a, b) => a.localeCompare(b, "en"));
  const facet = (name, label, options, value) => {
    const select = make("select", { id: `facet-${name}` }, make("option", { value: "", textContent: "all" }),
      ...options.map(([key, words]) => make("option", { value: key, textContent: words })));
    select.addEventListener("change", () => { apply(); remember(); });
    facets.append(make("label", {}, make("span", { textContent: label }), select));
    return { name, select, value };
  };
  const plain = (values) => unique(values).map((value) => [value, value]);
  const all = Object.values(facts.rows);
  const asked = [
    facet("dept", "Department", plain(all.map((f) => f.department)), (row) => [state.get(facts.rows[row.id].id).department || facts.rows[row.id].department]),
    facet("kind", "Category", plain(all.map((f) => f.category)), (row) => [facts.rows[row.id].category]),
    facet("flag", "Period", Object.entries(LEVELS), (row) => [row.dataset.level]),
    facet("source", "Source", plain(all.flatMap((f) => f.seen_in)), (row) => facts.rows[row.id].seen_in),
    facet("said", "Decision", [["keep", "kept"], ["maybe", "maybe"], ["reject", "rejected"], ["none", "none yet"]], (row) => [row.dataset.decision || "none"]),
  ];
  // --- three lists ------------------------------------------------------------------------------------------------
  let lens = facts.lens;
  const isListed = (row) => facts.rows[row.id].lenses.includes(lens);
  const LENSES = [["seen", "Most seen"], ["distinctive", "Distinctive"], ["deep", "Deep cuts"]];
  const tabs = LENSES.map(([name, label]) => {
    const n = rows.filter((row) => facts.rows[row.id].lenses.includes(name)).length;
    const button = make("button", { type: "button", textContent: `${label} (${number.format(n)})`, disabled: n === 0 });
    button.addEventListener("click", () => { lens = name; turn(); apply(); remember(); });
    document.getElementById("lenses").append(button);
    return [name, button];
  });
  const turn = () => {
    for (const [name, button] of tabs) button.setAttribute("aria-pressed", String(name === lens));
    const rank = (row) => facts.rows[row.id].rank;
    const z = (row) => facts.rows[row.id].z ?? -Infinity;
    const compare = lens === "seen" ? (a, b) => rank(a) - rank(b) : (a, b) => z(b) - z(a) || rank(a) - rank(b);
    document.dispatchEvent(new CustomEvent("reorder", { detail: { compare, byRank: lens === "seen" } }));
  };
  const passes = (row) => isListed(row) && asked.every(({ select, value }) => !select.value || value(row).includes(select.value));
  const apply = () => {
    document.dispatchEvent(new CustomEvent("refilter"));
    const shown = rows.reduce((n, row) => n + (row.isOut ? 0 : 1), 0);
    viewButton.textContent = `Export this view (${number.format(shown)})`;
  };
  window.miner = { passes, isListed };
  const filter = document.getElementById("filter");
  const remember = () => {
    const params = new URLSearchParams();
    if (filter.value) params.set("q", filter.value);
    for (const { name, select } of asked) if (select.value) params.set(name, select.value);
    if (lens !== facts.lens) params.set("lens", lens);
    if (storyYear !== facts.story) params.set("year", storyYear ?? "");
    if (table.classList.contains("cards")) params.set("view", "cards");
    const wanted = String(params);
    history.replaceState(null, "", wanted ? `#?${wanted}` : location.pathname + location.search);
  };
  const recall = () => {
    if (!location.hash.startsWith("#?")) return;
    const params = new URLSearchParams(location.hash.slice(2));
    filter.value = params.get("q") ?? "";
    for (const { name, select } of asked) {
      const wanted = params.get(name) ?? "";
      select.value = Array.from(select.options, (o) => o.value).includes(wanted) ? wanted : "";
    }
    lens = LENSES.some(([name]) => name === params.get("lens")) ? params.get("lens") : facts.lens;
    const year = Number(params.get("year"));
    if (params.has("year")) storyYear = year ? Math.min(Math.max(year, Number(slider.min)), Number(slider.max)) : null;
    table.classList.toggle("cards", params.get("view") === "cards");
  };
  filter.addEventListener("input", () => { apply(); remember(); });
  slider.addEventListener("input", () => { storyYear = Number(slider.value); tell(); apply(); remember(); });
  document.getElementById("story-off").addEventListener("click", () => { storyYear = null; tell(); apply(); remember(); });
  const cards = document.getElementById("cards");
  cards.addEventListener("click", () => {
    table.classList.toggle("cards");
    cards.setAttribute("aria-pressed", String(table.classList.contains("cards")));
    remember();
  });
  window.addEventListener("hashchange", () => {
    const target = location.hash.startsWith("#a_") && rows.find((row) => row.id === location.hash.slice(1));
    if (target && !isListed(target)) { lens = facts.rows[target.id].lenses[0] ?? lens; turn(); apply(); target.scrollIntoView(); }
    recall();
    tell();
    apply();
  });

  // --- paper: cards are a look-book, by department ----------------------------------------------------------------
  window.addEventListener("beforeprint", () => {
    if (!table.classList.contains("cards")) return;
    const place = (row) => state.get(row.id).department || facts.rows[row.id].department;
    const compare = (a, b) => place(a).localeCompare(place(b), "en") || facts.rows[a.id].rank - facts.rows[b.id].rank;
    document.dispatchEvent(new CustomEvent("reorder", { detail: { compare, byRank: false } }));
  });
  window.addEventListener("afterprint", () => { if (table.classList.contains("cards")) turn(); });

  // --- files -----------------------------------------------------------------------------------------------------
  const save = (name, type, content) => {
    const url = URL.createObjectURL(new Blob([content], { type }));
    const link = make("a", { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  // a spreadsheet must not take a name for a formula
  const cell = (value) => {
    const text = String(value ?? "");
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const COLUMNS = ["rank", "artifact", "also_called", "category", "department", "n_authors", "share", "first_year", "period_flag", "period_reason", "decision", "reason", "note"];
  const exported = (chosen) => {
    const lines = chosen.map((row) => {
      const fact = facts.rows[row.id];
      const now = state.get(fact.id);
      const [level, words] = storyYear === null ? ["", ""] : flag(fact, storyYear);
      return [fact.rank, fact.name, fact.spellings.join(" | "), fact.category, now.department || fact.department, fact.n_authors, fact.share,
        fact.first ?? "", level, words, now.decision, now.reason, now.note].map(cell).join(",");
    });
    return `\ufeff${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
  };
  const viewButton = document.getElementById("export-view");
  viewButton.addEventListener("click", () => save("view.csv", "text/csv", exported(visible())));
  const everything = document.getElementById("export-all");
  everything.textContent = `Export everything (${number.format(rows.length)})`;
  everything.addEventListener("click", () => save("everything.csv", "text/csv", exported(Array.from(body.rows))));
  document.getElementById("export-decisions").addEventListener("click", () => {
    save("decisions.jsonl", "application/x-ndjson", sorted().map((line) => `${JSON.stringify(line)}\n`).join(""));
    say(`${number.format(log.length)} decisions exported.`);
  });
  const bring = (text) => {
    const known = new Set(log.map((line) => line.id));
    let taken = 0;
    let refused = 0;
    for (const written of text.split("\n").filter((line) => line.trim())) {
      try {
        const line = JSON.parse(written);
        if (line.v !== 1 || !/^[0-9a-f]{32}$/.test(line.id) || typeof line.value !== "string" || typeof line.at !== "string"
          || typeof line.artifact !== "string" || !["decision", "department", "note", "same_as", "split"].includes(line.what)) throw new Error();
        if (!known.has(line.id)) { log.push(line); known.add(line.id); taken += 1; }
      } catch { refused += 1; }
    }
    keep();
    settle();
    rows.forEach(show);
    apply();
    return [taken, refused];
  };
  const file = document.getElementById("import-decisions");
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    const [taken, refused] = bring(await file.files[0].text());
    say(`${number.format(taken)} decisions taken in, ${number.format(refused)} lines refused.`);
    send(log);
    file.value = "";
  });
  document.getElementById("help").addEventListener("click", help);
  try { who.value = localStorage.getItem("nostalgia-miner:by") ?? ""; } catch { /* a name is no must */ }
  who.addEventListener("change", () => { try { localStorage.setItem("nostalgia-miner:by", who.value.trim()); } catch { /* as above */ } });

  // --- begin -----------------------------------------------------------------------------------------------------
  settle();
  rows.forEach(show);
  recall();
  if (storyYear !== null) slider.value = String(storyYear);
  cards.setAttribute("aria-pressed", String(table.classList.contains("cards")));
  tell();
  turn();
  for (const element of document.querySelectorAll("[data-script]")) element.hidden = false;
  apply();
  if (server) {
    fetch(server).then((answer) => (answer.ok ? answer.text() : "")).then((text) => { bring(text); send(log); }).catch(() => say("The server does not answer; decisions stay here."));
  }
})();
