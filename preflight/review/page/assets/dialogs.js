// The dialogs: find and replace, columns and settings, saving and sending, keys.

import { byId, call, make, number, plural, seen } from "./calls.js";

const dialog = () => byId("dialog");

function open(title, content, ...given) {
  return lay(false, title, content, given);
}

function lay(beside, title, content, given) {
  const element = dialog();
  element.classList.toggle("floating", beside);
  const buttons = given.filter(Boolean);
  element.replaceChildren(make("div", { class: "inside" },
    make("header", {}, make("h3", { id: "dialog-title" }, title),
      make("button", { type: "button", on: { click: () => element.close() } }, "Close")),
    make("div", { class: "content" }, ...content),
    buttons.length ? make("footer", {}, ...buttons) : null));
  if (!element.open && beside) element.show();
  if (!element.open) element.showModal();
  return element;
}

const button = (words, run, kind = "") => make("button", { type: "button", class: kind, on: { click: run } }, words);
const labelled = (words, field) => make("label", {}, words, field);

export function keys() {
  const listed = [
    ["Arrow keys, Tab", "move"], ["Enter or F2", "edit; Enter again keeps it and goes down"], ["Esc", "leave the cell as it was"],
    ["F8, Shift+F8", "next or last problem"], ["Ctrl+Enter", "use the suggestion"], ["Delete", "empty the cell"],
    ["Ctrl+Delete", "leave the row out, or take it in again"], ["Ctrl+C, Ctrl+V", "copy a cell, paste cells from a spreadsheet"],
    ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo"], ["Ctrl+F", "find and replace"], ["Ctrl+S", "save corrected.csv"],
    ["Home, End, Page Up, Page Down", "first or last column, a page up or down"],
  ];
  open("Keys", [make("table", {}, make("tbody", {}, listed.map(([key, what]) => make("tr", {}, make("td", {}, make("kbd", {}, key)), make("td", {}, what)))))]);
}

export function find(file, column, acts) {
  const text = make("input", { type: "text", id: "find-text", spellcheck: false, autocomplete: "off" });
  const by = make("input", { type: "text", id: "find-new", spellcheck: false, autocomplete: "off" });
  const where = make("select", { id: "find-column" }, make("option", { value: "" }, "all columns"),
    file.names.map((name, at) => make("option", { value: at, selected: at === column }, seen(name) || `column ${at + 1}`)));
  const whole = make("input", { type: "checkbox", id: "find-whole" });
  const exact = make("input", { type: "checkbox", id: "find-case" });
  const result = make("p", { class: "quiet", role: "status", id: "find-result" }, "");
  const args = () => ({ text: text.value, new: by.value, column: where.value === "" ? null : Number(where.value), whole_cell: whole.checked, case: exact.checked });
  const look = async () => {
    if (!text.value && !whole.checked) {
      result.textContent = "";
      return;
    }
    const found = await call("find", args());
    result.textContent = found.count ? `${plural(found.count, "cell")} found` : "not found";
    replace.disabled = !found.count;
    next.disabled = !found.count;
    places = found.places;
  };
  let places = [];
  let shown = -1;
  const next = button("Show next", async () => {
    await look();
    shown = (shown + 1) % Math.max(1, places.length);
    if (places.length) await acts.goTo(...places[shown]);
  });
  const replace = button("Replace all", async () => {
    await acts.replace(args());
    await look();
  }, "primary");
  replace.id = "replace-all";
  for (const field of [text, where, whole, exact]) field.addEventListener("input", look);
  lay(true, "Find and replace", [
    make("div", { class: "pair" }, labelled("Find", text), labelled("Replace with", by)),
    labelled("In", where),
    make("label", { class: "line" }, whole, "the whole cell is this text (find nothing to find empty cells)"),
    make("label", { class: "line" }, exact, "capitals matter"),
    result,
  ], [next, replace]);
  replace.disabled = true;
  next.disabled = true;
  text.focus();
}

export async function columns(acts, focus) {
  const told = await call("columns");
  const region = make("input", { type: "text", id: "region", value: told.given.region || told.region, maxLength: 2, placeholder: "US" });
  const zone = make("input", { type: "text", id: "timezone", value: told.given.timezone || told.timezone, placeholder: "America/New_York" });
  zone.setAttribute("list", "zones");
  const zones = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  const offered = make("datalist", { id: "zones" }, zones.map((name) => make("option", { value: name })));
  const chosen = { ...told.given.columns };
  const rows = told.columns.map((column) => {
    const select = make("select", {}, [
      make("option", { value: "-" }, "— no field —"),
      ...told.fields.map((field) => make("option", { value: field.name }, field.header && field.header !== field.name ? `${field.name} (${field.header})` : field.name)),
    ]);
    select.setAttribute("aria-label", `Field of ${column.name}`);
    select.dataset.header = column.header;
    select.value = column.field || "-";
    if (select.selectedIndex < 0) {
      select.append(make("option", { value: column.field }, column.field));
      select.value = column.field;
    }
    select.addEventListener("change", () => {
      chosen[column.header] = select.value;
    });
    const offer = column.suggested
      ? button(`looks like ${column.suggested}`, () => {
        select.value = column.suggested;
        chosen[column.header] = column.suggested;
      }, "link")
      : null;
    if (offer) offer.title = column.evidence;
    return make("tr", {},
      make("td", {}, make("strong", {}, seen(column.name) || `column ${column.position + 1}`), make("div", { class: "quiet" }, column.sent ? "" : "not sent")),
      make("td", {}, select, offer),
      make("td", {}, column.samples.map((sample) => make("span", { class: "value" }, seen(sample).slice(0, 80)))));
  });
  const result = make("div", { id: "preview", role: "status" });
  const args = () => ({
    region: region.value.trim() === told.region && !told.given.region ? "" : region.value.trim(),
    timezone: zone.value.trim() === told.timezone && !told.given.timezone ? "" : zone.value.trim(),
    columns: chosen,
  });
  const apply = button("Apply", async () => {
    await acts.apply(args());
    dialog().close();
  }, "primary");
  apply.id = "apply";
  const look = button("Preview", async () => {
    result.replaceChildren(make("p", { class: "quiet" }, "judging every row…"));
    try {
      result.replaceChildren(...previewed(await call("preview", args())));
    } catch (error) {
      result.replaceChildren(make("p", { class: "say" }, error.message));
    }
  });
  look.id = "look";
  open("Columns and settings", [
    make("div", { class: "pair" }, labelled("Country of phones without a country code", region), labelled("Time zone of times without one", zone)),
    offered,
    make("table", { class: "map" }, make("thead", {}, make("tr", {}, make("th", {}, "Column"), make("th", {}, "Field"), make("th", {}, "Cells"))), make("tbody", {}, rows)),
    result,
  ], look, apply);
  (focus === "timezone" ? zone : focus === "region" ? region : look).focus();
}

function previewed(made) {
  const fewer = made.before.open - made.counts.open;
  const words = fewer > 0 ? `${plural(fewer, "row")} fewer to fix: ${number(made.counts.open)} of ${number(made.counts.rows)} left`
    : fewer < 0 ? `${plural(-fewer, "row")} more to fix: ${number(made.counts.open)} of ${number(made.counts.rows)}`
    : `nothing changes: ${plural(made.counts.open, "row")} to fix`;
  const parts = [make("p", { class: fewer < 0 || made.refused.length ? "say" : "say good" }, words)];
  parts.push(...made.refused.map((why) => make("p", { class: "say" }, `The whole file is refused: ${why}`)));
  if (made.samples.length) {
    parts.push(make("table", {}, make("thead", {}, make("tr", {}, make("th", {}, "Column"), make("th", {}, "Cell"), make("th", {}, "Becomes"))),
      make("tbody", {}, made.samples.map(([name, cell, now, why]) => make("tr", {}, make("td", {}, seen(name)), make("td", {}, make("span", { class: "value" }, seen(cell))),
        make("td", {}, why ? make("span", { class: "quiet" }, why) : make("span", { class: "value" }, seen(now))))))));
  }
  return parts;
}

export async function saved(made, file) {
  open("Saved", [
    make("p", {}, `${plural(made.rows, "row")} written to`), make("code", { class: "value" }, made.path),
    ...(made.rows
      ? [make("p", {}, file.run ? "To send the corrected rows from the command line:" : "To merge them with the clean rows:"),
        make("code", { class: "value", id: "next" }, made.command)]
      : [make("p", {}, "Every row is left out, so there is nothing to go on with.")]),
    make("p", { class: "quiet" }, "Your edits are kept: you can close this page and come back to it with the same command."),
  ]);
}

let timer = 0;

export async function send(file, acts) {
  clearTimeout(timer);
  await call("send", { dry_run: true });
  follow(file, acts);
}

function follow(file, acts) {
  const step = async () => {
    const { delivery } = await call("state", { since: 1e12, page: -1 });
    if (!delivery) return;
    drawDelivery(delivery, file, acts);
    if (delivery.state === "running") timer = setTimeout(step, 300);
  };
  step();
}

const OUTCOMES = [
  ["accepted", "accepted", "f-good"], ["submitted", "sent, no outcome reported", "f-wait"], ["rejected_there", "rejected by the provider", "f-bad"],
  ["rejected_here", "not sent: still to fix", "f-bad"], ["unknown", "not known yet", "f-wait"], ["dropped", "dropped or held back", "f-gone"],
];

function drawDelivery(made, file, acts) {
  const title = made.dry_run ? "What would be sent" : "Sending";
  if (made.state === "running") {
    const lines = [...made.parts, ...made.lines];
    open(title, [make("p", { role: "status" }, made.dry_run ? "comparing with what was sent before…" : "on its way…"), ...lines.map((text) => make("p", { class: "quiet" }, text))]);
    return;
  }
  if (made.state === "failed") {
    open(title, [make("p", { class: "say" }, made.message), make("p", { class: "quiet" }, "Nothing more was sent. corrected.csv is saved.")]);
    return;
  }
  const result = made.result;
  const provider = result.provider;
  if (made.dry_run) {
    const count = result.clean === null ? result.books.unknown : result.clean;
    const held = result.held.map(({ row, why }) => make("tr", {}, make("td", { class: "number" }, number(row)), make("td", {}, why)));
    open(title, [
      make("p", { class: count ? "say good" : "say note", id: "would" }, count
        ? `${plural(count, "corrected row")} would be sent to ${provider} in ${plural(result.parts, "part")}.`
        : "No row would be sent."),
      result.books.rejected_here ? make("p", {}, `${plural(result.books.rejected_here, "row")} would not be sent: still to fix, or held back.`) : null,
      result.books.dropped ? make("p", {}, `${plural(result.books.dropped, "row")} would be dropped: sent before, or repeated.`) : null,
      held.length ? make("table", {}, make("thead", {}, make("tr", {}, make("th", { class: "number" }, "Row"), make("th", {}, "Held back because"))), make("tbody", {}, held)) : null,
      make("p", { class: "quiet" }, "Rows that were accepted before are never sent again."),
    ], count ? sendButton(file, acts, count, provider) : null);
    return;
  }
  acts.sent();
  const books = result.books;
  const shown = OUTCOMES.filter(([name]) => books[name]);
  const flow = make("div", { class: "flow", role: "img" }, shown.map(([name, , kind]) => {
    const span = make("span", { class: kind });
    span.style.flex = String(books[name]);
    return span;
  }));
  flow.setAttribute("aria-label", shown.map(([name, words]) => `${books[name]} ${words}`).join(", "));
  open("Sent", [
    result.stopped ? make("p", { class: "say" }, result.stopped, make("code", {}, `preflight resume ${result.run}`)) : null,
    make("p", { class: books.rejected_there ? "say warning" : "say good", id: "arrived" },
      books.rejected_there ? `${provider} accepted ${number(books.accepted)} and rejected ${plural(books.rejected_there, "row")}.`
        : books.accepted ? `${provider} accepted ${plural(books.accepted, "row")}, and rejected none.`
          : `${plural(books.submitted + books.unknown, "row")} sent to ${provider}.`),
    flow,
    make("table", {}, make("tbody", {}, shown.map(([name, words]) => make("tr", {}, make("td", {}, words), make("td", { class: "number" }, number(books[name])))))),
    ...result.refusals.map((refusal) => make("p", { class: "quiet" }, `${plural(refusal.rows, "row")}: ${refusal.code} (${refusal.class})`)),
    make("p", { class: "quiet" }, result.run ? `run ${result.run}; see preflight runs show ${result.run}` : "Nothing was sent: no row is clean."),
  ], result.failures ? failuresButton(acts) : null);
}

function sendButton(file, acts, count, provider) {
  const element = button(`Send ${plural(count, "row")} to ${provider}`, async () => {
    element.disabled = true;
    try {
      await call("send", { dry_run: false });
      follow(file, acts);
    } catch (error) {
      acts.failed(error);
    }
  }, "primary");
  element.id = "really";
  return element;
}

function failuresButton(acts) {
  const element = button("Go on with the rows that are left", async () => {
    dialog().close();
    await acts.failures();
  }, "primary");
  element.id = "failures";
  return element;
}
