// The page: what a person does goes to preflight, and what comes back is shown.

import { byId, call, enter, make, number, plainly, plural, Refused } from "./calls.js";
import { Grid } from "./grid.js";
import { drawCell, drawProblems } from "./panel.js";
import * as dialogs from "./dialogs.js";

const POLL = 1500;
let file = null;
let show = "open";
let chosen = null;
let busy = Promise.resolve();
let lost = false;
let beside = "";

const grid = new Grid(() => panel());
grid.edited = (cells) => {
  grid.expect(cells);
  return step(() => call("edit", { cells }));
};

const acts = {
  edit: (row, column, text) => {
    grid.expect([[row, column, text]]);
    step(() => call("edit", { cells: [[row, column, text]] }));
    grid.root.focus({ preventScroll: true });
  },
  take: (row, column) => step(() => call("take", { row, column })).then(() => grid.root.focus({ preventScroll: true })),
  join: (row, column) => step(() => call("join", { row, column })).then(() => grid.root.focus({ preventScroll: true })),
  takeAll: (kind) => step(() => call("take_all", { code: kind.code, column: kind.column })),
  leaveOut: (row, out) => {
    grid.go(grid.at + (out ? 1 : 0), grid.column);
    return step(() => call("leave_out", { rows: [row], out }));
  },
  column: (column) => grid.go(grid.at, column),
  back: () => grid.root.focus({ preventScroll: true }),
  settings: (which) => dialogs.columns(acts, which).catch(failed),
  filter: (kind) => {
    chosen = kind;
    return order();
  },
  replace: (args) => step(() => call("replace", args)),
  goTo: async (row, column) => {
    if (!grid.order.includes(row)) await showRows("all");
    grid.go(grid.order.indexOf(row), column, false);
  },
  apply: async (args) => {
    opened(await call("apply", args));
    await order();
    toast("Every row was judged again.");
  },
  sent: () => {},
  failures: async () => {
    opened(await call("failures"));
    await order();
  },
  failed: (error) => failed(error),
};

function failed(error) {
  if (error instanceof Refused) {
    banner(error.message, true);
    return;
  }
  if (error instanceof TypeError) {
    lost = true;
    banner("preflight has stopped. Nothing is lost: every edit is kept. Start the same command again to go on.", true);
    return;
  }
  toast(error.message);
}

function banner(text, bad) {
  const element = byId("banner");
  element.hidden = !text;
  element.className = bad ? "banner bad" : "banner";
  element.textContent = text;
}

let fade = 0;
function toast(text) {
  const element = byId("toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(fade);
  fade = setTimeout(() => {
    element.hidden = true;
  }, 4000);
}

// Steps are taken one after the other, in the order in which they were made.
function step(run) {
  busy = busy.then(async () => {
    try {
      took(await run(), true);
    } catch (error) {
      failed(error);
    }
  });
  return busy;
}

function took(answer, ours) {
  if (file && answer.page !== file.page) {
    reload();
    return;
  }
  Object.assign(file, { revision: answer.revision, counts: answer.counts, kinds: answer.kinds, undo: answer.undo, redo: answer.redo });
  if (answer.stale) grid.forget();
  grid.take(answer.rows);
  sums();
  panel();
  if (ours && answer.changed > 1) toast(`${plural(answer.changed, "row")} changed`);
}

function opened(answer) {
  file = answer;
  chosen = null;
  grid.open(file);
  byId("title").textContent = file.name;
  document.title = `${file.name}: preflight review`;
  const whose = file.run ? `run ${file.run} to ${file.profile}` : file.provider ? `for ${file.profile}` : file.profile;
  byId("subtitle").textContent = `${whose} · ${file.folder}`;
  byId("subtitle").title = file.folder;
  byId("send").hidden = !file.provider;
  const told = [...file.refused.map((why) => `The whole file is refused: ${plainly(why)}. Choose in Columns…, or correct the file itself.`), ...file.notes];
  banner(told.join("\n"), file.refused.length > 0);
  sums();
}

function sums() {
  const { rows, open, out, edited, dropped } = file.counts;
  byId("n-open").textContent = number(open);
  byId("n-all").textContent = number(rows);
  byId("n-edited").textContent = number(edited);
  byId("n-out").textContent = number(out);
  const done = rows - open;
  const share = rows ? Math.round((done / rows) * 100) : 100;
  byId("left").textContent = open ? `${number(open)} of ${plural(rows, "row")} to fix` : `All ${plural(rows, "row")} settled`;
  byId("left").title = dropped ? `${number(dropped)} dropped as repeated` : "";
  const bar = byId("bar");
  bar.firstElementChild.style.width = `${share}%`;
  bar.setAttribute("aria-valuenow", share);
  bar.setAttribute("aria-valuetext", byId("left").textContent);
  byId("undo").disabled = !file.undo;
  byId("redo").disabled = !file.redo;
  byId("undo").title = file.undo ? `Undo: ${file.undo} (Ctrl+Z)` : "Undo (Ctrl+Z)";
  byId("redo").title = file.redo ? `Redo: ${file.redo} (Ctrl+Shift+Z)` : "Redo (Ctrl+Shift+Z)";
  drawProblems(file, chosen, acts);
}

function panel() {
  if (!file) return;
  const row = grid.here();
  drawCell(row, grid.column, file, acts);
  const place = row ? `${row.i} ${grid.column}` : "";
  if (place !== beside) document.querySelector(".side").scrollTop = 0;
  beside = place;
}

async function showRows(which) {
  show = which;
  chosen = null;
  await order();
}

async function order(keep) {
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(!chosen && button.dataset.show === show));
  const answer = await call("order", chosen ? { code: chosen.code, column: chosen.column } : { show });
  grid.show(answer.rows, keep);
  const empty = byId("empty");
  empty.hidden = answer.rows.length > 0;
  if (!answer.rows.length) empty.replaceChildren(...nothing());
  const filter = byId("filter");
  filter.hidden = !chosen;
  if (chosen) {
    const where = chosen.column < 0 ? "" : ` in ${file.names[chosen.column]}`;
    filter.replaceChildren(make("span", {}, `${plural(answer.rows.length, "row")} with: ${plainly(chosen.message)}${where}`),
      make("button", { type: "button", class: "link", on: { click: () => acts.filter(null) } }, "show all"));
  }
  if (!keep && answer.rows.length) {
    const rows = await call("rows", { rows: answer.rows.slice(0, 60) });
    grid.take(rows.rows);
    const first = grid.here();
    const fault = first && first.faults.find((each) => each[2] && (!chosen || each[0] === chosen.code));
    grid.go(0, fault ? Math.max(0, fault[3]) : 0, document.activeElement === document.body || document.activeElement === grid.root);
  }
  drawProblems(file, chosen, acts);
  panel();
}

function nothing() {
  if (show === "open" && !file.counts.open) {
    return [make("h3", {}, "Nothing is left to fix"),
      make("p", { class: "quiet" }, file.provider ? "Save the rows, or send them now. You can still look at all rows and change them." : "Save the rows. You can still look at all of them and change them."),
      make("div", { class: "buttons" },
        make("button", { type: "button", class: "primary", on: { click: file.provider ? sendNow : save } }, file.provider ? "Send…" : "Save"),
        make("button", { type: "button", on: { click: () => showRows("all") } }, "Show all rows"))];
  }
  const words = { open: "No row has this problem any more.", edited: "No cell was changed yet.", out: "No row is left out.", all: "There are no rows." };
  return [make("h3", {}, words[show]), make("div", { class: "buttons" }, make("button", { type: "button", on: { click: () => showRows("open") } }, "Show what is to fix"))];
}

async function save() {
  try {
    await busy;
    await dialogs.saved(await call("save"), file);
  } catch (error) {
    failed(error);
  }
}

async function sendNow() {
  try {
    await busy;
    await dialogs.send(file, acts);
  } catch (error) {
    failed(error);
  }
}

async function reload() {
  opened(await call("file"));
  await order();
}

// Another page on the same review: what it changes is shown here, too.
async function poll() {
  if (file && !document.hidden && !byId("dialog").open) {
    try {
      const answer = await call("state", { since: file.revision, page: file.page });
      if (lost) {
        lost = false;
        banner("", false);
      }
      if (answer.page !== file.page) await reload();
      else if (answer.revision !== file.revision) took(answer, false);
    } catch (error) {
      failed(error);
      if (error instanceof Refused) return;
    }
  }
  setTimeout(poll, POLL);
}

function move(event) {
  const { key, shiftKey } = event;
  const steps = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-grid.page(), 0], PageDown: [grid.page(), 0],
  };
  if (steps[key]) return [grid.at + steps[key][0], grid.column + steps[key][1]];
  if (key === "Home") return [event.ctrlKey ? 0 : grid.at, 0];
  if (key === "End") return [event.ctrlKey ? grid.order.length - 1 : grid.at, grid.names.length - 1];
  if (key === "Tab") {
    const last = grid.names.length - 1;
    const column = grid.column + (shiftKey ? -1 : 1);
    if (column > last) return grid.at < grid.order.length - 1 ? [grid.at + 1, 0] : null;
    if (column < 0) return grid.at > 0 ? [grid.at - 1, last] : null;
    return [grid.at, column];
  }
  return null;
}

function inEditor(event) {
  if (event.key === "Escape") grid.cancel();
  else if ((event.key === "Enter" && !event.shiftKey && !event.altKey) || event.key === "Tab") {
    const back = event.shiftKey;
    grid.commit();
    if (event.key === "Tab") grid.go(grid.at, grid.column + (back ? -1 : 1));
    else grid.go(grid.at + 1, grid.column);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function inGrid(event) {
  const row = grid.here();
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "F8") grid.nextFault(event.shiftKey ? -1 : 1).then((there) => there || toast("No further problem in the rows that are shown."));
  else if (control && event.key === "Enter") {
    if (row && row.guesses[grid.column] !== undefined) acts.take(row.i, grid.column);
    else toast("There is no suggestion for this cell.");
  } else if (control && (event.key === "Delete" || event.key === "Backspace")) {
    if (row) acts.leaveOut(row.i, row.state !== "out");
  } else if (event.key === "Enter" || event.key === "F2") grid.edit();
  else if ((event.key === "Delete" || event.key === "Backspace") && row) acts.edit(row.i, grid.column, "");
  else {
    const target = move(event);
    if (target) grid.go(...target);
    else if (event.key.length === 1 && !control && !event.altKey) grid.edit(event.key);
    else return;
  }
  event.preventDefault();
}

grid.root.addEventListener("keydown", (event) => (grid.editor ? inEditor(event) : inGrid(event)));

grid.root.addEventListener("copy", async (event) => {
  const row = grid.here();
  if (grid.editor || !row) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", row.cells[grid.column]);
});

grid.root.addEventListener("paste", (event) => {
  if (grid.editor) return;
  event.preventDefault();
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const single = !text.includes("\t") && !text.includes("\n");
  const lines = single ? [[text]] : text.split("\n").map((line) => line.split("\t"));
  const cells = [];
  lines.forEach((line, down) => line.forEach((cell, right) => {
    const index = grid.order[grid.at + down];
    if (index !== undefined && grid.column + right < grid.names.length) cells.push([index, grid.column + right, cell]);
  }));
  grid.expect(cells);
  step(() => call("edit", { cells, what: cells.length === 1 ? "paste" : `paste ${cells.length} cells` }));
});

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  const typing = event.target.closest("input, textarea, select");
  const dialog = byId("dialog");
  if (dialog.open) {
    // The browser closes by Esc only those that lie over the page.
    if (event.key === "Escape") dialog.close();
    return;
  }
  if (control && event.key.toLowerCase() === "s") save();
  else if (control && event.key.toLowerCase() === "f") dialogs.find(file, grid.column, acts);
  else if (control && !typing && event.key.toLowerCase() === "z") step(() => call(event.shiftKey ? "redo" : "undo"));
  else if (control && !typing && event.key.toLowerCase() === "y") step(() => call("redo"));
  else return;
  event.preventDefault();
});

byId("undo").addEventListener("click", () => step(() => call("undo")));
byId("redo").addEventListener("click", () => step(() => call("redo")));
byId("find").addEventListener("click", () => dialogs.find(file, grid.column, acts));
byId("columns").addEventListener("click", () => dialogs.columns(acts).catch(failed));
byId("keys").addEventListener("click", () => dialogs.keys());
byId("save").addEventListener("click", save);
byId("send").addEventListener("click", sendNow);
byId("dialog").addEventListener("close", () => grid.root.focus({ preventScroll: true }));
for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => showRows(button.dataset.show));

(async () => {
  try {
    await enter();
    await reload();
    grid.root.focus({ preventScroll: true });
  } catch (error) {
    failed(error);
  }
  setTimeout(poll, POLL);
})();
