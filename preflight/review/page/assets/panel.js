// The panel beside the grid: the cell in focus with what is wrong with it, and the open problems.

import { byId, make, number, plainly, plural, seen } from "./calls.js";

const SETTINGS = { TIM502: "timezone", PHN401: "region" };

export function problemsOf(row, column) {
  const own = row.faults.filter((fault) => fault[3] === column);
  const whole = row.faults.filter((fault) => fault[3] < 0);
  return [...own, ...whole];
}

function said(fault, names) {
  const [code, message, error] = fault;
  const name = names[code] ? `${code} ${names[code]}` : code;
  return make("p", { class: error ? "say" : "say warning" }, plainly(message), make("code", {}, name));
}

export function drawCell(row, column, file, acts) {
  const card = byId("cell");
  if (!row) {
    card.replaceChildren(make("p", { class: "quiet" }, "No row is shown."));
    return;
  }
  const text = row.cells[column];
  const long = row.long && row.long[column];
  const area = make("textarea", { value: text, spellcheck: false, rows: 2, readOnly: Boolean(long) });
  area.setAttribute("aria-label", `Value of ${file.names[column]}`);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      acts.edit(row.i, column, area.value);
    }
    if (event.key === "Escape") acts.back();
  });
  area.addEventListener("change", () => {
    if (!long && area.value !== text) acts.edit(row.i, column, area.value);
  });
  const parts = [
    make("div", { class: "where" },
      make("span", {}, row.n ? `Row ${number(row.n)}${row.line ? `, line ${number(row.line)}` : ""}` : "New row"),
      make("span", {}, STATES[row.state])),
    make("h3", {}, seen(file.names[column]) || `Column ${column + 1}`),
    area,
  ];
  if (long) parts.push(make("p", { class: "say note" }, `${number(long)} characters, the first ${number(text.length)} are shown. Press Enter in the grid to edit all of it.`));
  const problems = row.state === "out" ? [] : problemsOf(row, column);
  parts.push(...problems.map((fault) => said(fault, file.rules)));
  const guess = row.guesses[column];
  if (guess !== undefined && row.state !== "out") {
    const kind = row.faults.find((fault) => fault[2] && fault[3] === column);
    const same = file.kinds.find((each) => kind && each.code === kind[0] && each.column === column);
    parts.push(make("div", { class: "suggestion" },
      make("span", { class: "quiet" }, "Suggestion"),
      make("span", { class: "value" }, seen(guess)),
      make("div", { class: "buttons" },
        make("button", { type: "button", class: "primary", id: "take", title: "Ctrl+Enter", on: { click: () => acts.take(row.i, column) } }, "Use it"),
        same && same.suggestions > 1
          ? make("button", { type: "button", id: "take-kind", on: { click: () => acts.takeAll(same) } }, `Use all ${number(same.suggestions)} like this`)
          : null)));
  }
  const setting = problems.map((fault) => SETTINGS[fault[0]]).find(Boolean);
  if (setting) {
    const words = setting === "timezone" ? "Set a time zone for all rows…" : "Set a country for all phones…";
    parts.push(make("div", { class: "buttons" }, make("button", { type: "button", on: { click: () => acts.settings(setting) } }, words)));
  }
  const joined = row.joins && row.joins[column];
  if (joined !== undefined && row.state === "open") {
    parts.push(make("div", { class: "suggestion" },
      make("span", { class: "quiet" }, "Was this value cut in two? Joined with the next cell it is"),
      make("span", { class: "value" }, seen(joined)),
      make("div", { class: "buttons" },
        make("button", { type: "button", id: "join", on: { click: () => acts.join(row.i, column) } }, "Join them"))));
  }
  if (row.fixed[column] !== undefined && row.state !== "out") {
    parts.push(make("p", { class: "say note" }, "Will be written as ", make("span", { class: "value" }, seen(row.fixed[column]))));
  }
  const elsewhere = row.faults.filter((fault) => fault[2] && fault[3] >= 0 && fault[3] !== column);
  if (!problems.length && row.state === "open" && elsewhere.length) {
    parts.push(make("p", { class: "quiet" }, "This cell is fine. This row needs: ",
      ...elsewhere.map((fault, at) => [at ? ", " : "", make("button", { type: "button", class: "link", on: { click: () => acts.column(fault[3]) } }, seen(file.names[fault[3]]))]).flat()));
  }
  if (row.state === "open" && file.refused.length) {
    parts.push(make("p", { class: "say" }, "The file as a whole is refused, see above: no change of a row settles that."),
      make("div", { class: "buttons" }, make("button", { type: "button", on: { click: () => acts.settings("columns") } }, "Choose columns…")));
  }
  if (row.state === "ready") parts.push(make("p", { class: "say good" }, "This row passes every rule."));
  if (row.state === "dropped") parts.push(make("p", { class: "say note" }, "This row repeats another one cell by cell, and is dropped."));
  if (row.said && !problems.some((fault) => fault[1] === row.said)) {
    parts.push(make("p", { class: "say note" }, `${file.profile} said: ${seen(row.said)}`));
  }
  if (row.raw) parts.push(make("details", {}, make("summary", {}, "The record as it was written"), make("span", { class: "value" }, seen(row.raw))));
  parts.push(make("div", { class: "buttons" },
    row.state === "out"
      ? make("button", { type: "button", id: "leave", on: { click: () => acts.leaveOut(row.i, false) } }, "Take this row in again")
      : make("button", { type: "button", id: "leave", title: "Ctrl+Delete", on: { click: () => acts.leaveOut(row.i, true) } }, "Leave this row out")));
  card.replaceChildren(...parts);
}

const STATES = { open: "to fix", ready: "ready", dropped: "dropped", out: "left out" };

export function drawProblems(file, chosen, acts) {
  const list = byId("problems");
  const later = byId("unjudged");
  later.hidden = !file.unjudged.length;
  later.textContent = `Not checked on this page, but when the rows are fixed or sent: ${file.unjudged.join("; ")}.`;
  if (!file.kinds.length) {
    list.replaceChildren(file.refused.length
      ? make("p", { class: "quiet" }, "The rows are fine; the file as a whole is refused, see above.")
      : make("p", { class: "say good" }, "Nothing is left to fix."));
    return;
  }
  list.replaceChildren(...file.kinds.map((kind) => {
    const where = kind.column < 0 ? "whole row" : seen(file.names[kind.column]) || `column ${kind.column + 1}`;
    const current = chosen && chosen.code === kind.code && chosen.column === kind.column;
    const entry = make("div", { class: "kind" },
      make("button", { type: "button", class: "link", on: { click: () => acts.filter(current ? null : kind) } }, plainly(kind.message)),
      make("span", { class: "count", title: plural(kind.rows, "row") }, number(kind.rows)),
      make("span", { class: "quiet" }, `${where} · ${kind.code}`),
      kind.suggestions
        ? make("button", { type: "button", class: "all", on: { click: () => acts.takeAll(kind) } }, `Use ${kind.suggestions === 1 ? "the suggestion" : `all ${number(kind.suggestions)} suggestions`}`)
        : null);
    if (current) entry.setAttribute("aria-current", "true");
    return entry;
  }));
}
