// The grid: only the rows in view are in the page, however many there are.

import { byId, call, make, plainly, seen } from "./calls.js";

const HEIGHT = 34;
const AROUND = 8;
const BLOCK = 120;
const MOST_PIXELS = 30_000_000;

export class Grid {
  constructor(changed) {
    this.changed = changed;
    this.root = byId("grid");
    this.head = byId("head");
    this.body = byId("body");
    this.order = [];
    this.rows = new Map();
    this.asked = new Set();
    this.at = 0;
    this.column = 0;
    this.shown = new Map();
    this.editor = null;
    this.root.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.root);
    this.body.addEventListener("mousedown", (event) => this.pressed(event));
    this.body.addEventListener("dblclick", () => this.edit());
  }

  open(file) {
    this.file = file;
    this.names = file.names;
    this.rows.clear();
    this.asked.clear();
    this.widths = this.names.map((name, at) => this.width(name, file.fields[at].kind));
    const narrow = matchMedia("(max-width: 860px)").matches;
    this.gutter = narrow ? 58 : 74;
    this.total = this.gutter + this.widths.reduce((sum, width) => sum + width, 0);
    this.root.style.setProperty("--row", `${HEIGHT}px`);
    const cells = this.names.map((name, at) => {
      const field = file.fields[at].field;
      const cell = make("div", { role: "columnheader", title: name }, seen(name) || `column ${at + 1}`,
        make("small", {}, field ? `${field}${file.fields[at].required ? ", required" : ""}` : "no field"));
      cell.setAttribute("aria-colindex", at + 2);
      cell.style.width = `${this.widths[at]}px`;
      return cell;
    });
    const corner = make("div", { class: "num", role: "columnheader" }, "Row", make("small", {}, " "));
    corner.setAttribute("aria-colindex", 1);
    this.head.replaceChildren(corner, ...cells);
    this.root.setAttribute("aria-colcount", this.names.length + 1);
  }

  width(name, kind) {
    const wide = { email: 250, phone: 175, timestamp: 205, name: 140, country: 110 };
    return Math.max(wide[kind] || 150, Math.min(240, name.length * 8 + 24));
  }

  show(order, keep) {
    const here = this.order[this.at];
    this.order = order;
    this.at = Math.max(0, keep ? order.indexOf(here) : 0);
    this.root.setAttribute("aria-rowcount", order.length + 1);
    this.scale = Math.min(1, MOST_PIXELS / Math.max(1, order.length * HEIGHT));
    this.body.style.height = `${Math.max(1, order.length * HEIGHT * this.scale)}px`;
    this.body.style.width = `${this.total}px`;
    this.head.style.width = `${this.total}px`;
    if (!keep) this.root.scrollTop = 0;
    this.redraw();
  }

  take(rows) {
    for (const row of rows) {
      this.rows.set(row.i, row);
      this.asked.delete(row.i);
    }
    this.redraw();
  }

  // Shows what was typed at once; the judgement follows.
  expect(cells) {
    for (const [index, column, text] of cells) {
      const row = this.rows.get(index);
      if (row) row.cells[column] = text.slice(0, 1000);
    }
    this.redraw();
  }

  forget() {
    this.rows.clear();
    this.asked.clear();
    this.redraw();
  }

  redraw() {
    for (const element of this.shown.values()) element.remove();
    this.shown.clear();
    this.draw();
    if (this.names) this.mark();
  }

  range() {
    const seenFrom = Math.floor(this.root.scrollTop / this.scale / HEIGHT);
    const count = Math.ceil(this.root.clientHeight / HEIGHT);
    return [Math.max(0, seenFrom - AROUND), Math.min(this.order.length, seenFrom + count + AROUND)];
  }

  draw() {
    if (!this.names) return;
    const [from, to] = this.range();
    for (const [at, element] of this.shown) {
      if (at < from || at >= to) {
        element.remove();
        this.shown.delete(at);
      }
    }
    const missing = [];
    for (let at = from; at < to; at += 1) {
      const index = this.order[at];
      const row = this.rows.get(index);
      if (!row && !this.asked.has(index)) missing.push(at);
      if (!this.shown.has(at)) {
        const element = this.made(at, row);
        this.shown.set(at, element);
        this.body.append(element);
      }
    }
    if (missing.length) this.fetch(missing[0]);
    if (!this.order.length) this.changed(null);
  }

  async fetch(at) {
    const start = Math.max(0, at - AROUND);
    const wanted = this.order.slice(start, start + BLOCK).filter((index) => !this.rows.has(index) && !this.asked.has(index));
    for (const index of wanted) this.asked.add(index);
    const answer = await call("rows", { rows: wanted });
    this.take(answer.rows);
    this.changed(this.here());
  }

  made(at, row) {
    const element = make("div", { class: "row", role: "row" });
    element.setAttribute("aria-rowindex", at + 2);
    const top = this.scale === 1 ? at * HEIGHT : this.root.scrollTop + (at - this.root.scrollTop / this.scale / HEIGHT) * HEIGHT;
    element.style.transform = `translateY(${top}px)`;
    element.style.width = `${this.total}px`;
    element.dataset.at = at;
    const gutter = make("div", { class: "num", role: "rowheader" }, row ? (row.n ? String(row.n) : "new") : "…");
    gutter.setAttribute("aria-colindex", 1);
    element.append(gutter);
    if (!row) return element;
    element.classList.add(row.state);
    const whole = row.faults.some((fault) => fault[2] && fault[3] < 0);
    if (whole && row.state === "open") element.classList.add("whole");
    row.cells.forEach((text, column) => {
      const cell = make("div", { role: "gridcell", id: `c-${at}-${column}` }, seen(text) + (row.long && row.long[column] ? "…" : ""));
      cell.dataset.column = column;
      cell.setAttribute("aria-colindex", column + 2);
      cell.style.width = `${this.widths[column]}px`;
      if (row.edited.includes(column)) cell.classList.add("edited");
      const faults = row.faults.filter((fault) => fault[3] === column);
      if (row.state !== "out" && faults.length) {
        const bad = faults.some((fault) => fault[2]);
        cell.classList.add(bad ? "faulty" : "warned");
        cell.title = faults.map((fault) => plainly(fault[1])).join("\n");
        if (bad) cell.setAttribute("aria-invalid", "true");
      }
      if (at === this.at && column === this.column) cell.classList.add("here");
      element.append(cell);
    });
    return element;
  }

  here() {
    return this.rows.get(this.order[this.at]) || null;
  }

  pressed(event) {
    const cell = event.target.closest("[data-column]");
    const row = event.target.closest("[data-at]");
    if (!row) return;
    if (this.editor && this.editor.contains(event.target)) return;
    event.preventDefault();
    this.commit();
    this.go(Number(row.dataset.at), cell ? Number(cell.dataset.column) : this.column);
  }

  go(at, column, focus = true) {
    this.at = Math.min(Math.max(0, at), Math.max(0, this.order.length - 1));
    this.column = Math.min(Math.max(0, column), this.names.length - 1);
    this.reveal();
    this.mark();
    if (focus) this.root.focus({ preventScroll: true });
    this.changed(this.here());
  }

  mark() {
    for (const old of this.body.querySelectorAll(".here")) old.classList.remove("here");
    const cell = byId(`c-${this.at}-${this.column}`);
    if (cell) {
      cell.classList.add("here");
      this.root.setAttribute("aria-activedescendant", cell.id);
    } else this.root.removeAttribute("aria-activedescendant");
  }

  reveal() {
    const head = this.head.offsetHeight;
    const top = this.at * HEIGHT * this.scale;
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    const bottom = top + HEIGHT + head + 2;
    if (bottom > this.root.scrollTop + this.root.clientHeight) this.root.scrollTop = bottom - this.root.clientHeight;
    const left = this.widths.slice(0, this.column).reduce((sum, width) => sum + width, 0);
    const right = left + this.widths[this.column] + this.gutter;
    if (left < this.root.scrollLeft) this.root.scrollLeft = left;
    else if (right > this.root.scrollLeft + this.root.clientWidth) this.root.scrollLeft = Math.min(left, right - this.root.clientWidth);
    this.draw();
  }

  page() {
    return Math.max(1, Math.floor(this.root.clientHeight / HEIGHT) - 2);
  }

  async edit(start) {
    const row = this.here();
    if (!row || this.editor) return;
    const column = this.column;
    let text = row.cells[column];
    if (row.long && row.long[column]) text = (await call("cell", { row: row.i, column })).text;
    const left = this.gutter + this.widths.slice(0, column).reduce((sum, width) => sum + width, 0);
    const editor = make("textarea", { class: "editor", rows: 1, spellcheck: false, autocomplete: "off" });
    editor.setAttribute("aria-label", `${this.names[column]}, row ${row.n || "new"}`);
    editor.value = start === undefined ? text : start;
    const several = text.includes("\n") || text.length > 60;
    editor.style.left = `${left}px`;
    editor.style.width = `${Math.max(this.widths[column], several ? 320 : 0)}px`;
    editor.style.height = several ? "96px" : `${HEIGHT}px`;
    const shown = this.shown.get(this.at);
    editor.style.transform = shown ? shown.style.transform : "";
    editor.style.top = "0";
    editor.dataset.row = row.i;
    editor.dataset.column = column;
    editor.dataset.old = text;
    this.editor = editor;
    this.body.append(editor);
    editor.addEventListener("blur", () => this.commit());
    editor.focus({ preventScroll: true });
    if (start === undefined) editor.select();
  }

  commit() {
    const editor = this.editor;
    if (!editor) return;
    this.editor = null;
    const { row, column, old } = editor.dataset;
    const text = editor.value;
    editor.remove();
    if (text !== old) this.edited([[Number(row), Number(column), text]]);
  }

  cancel() {
    const editor = this.editor;
    this.editor = null;
    if (editor) editor.remove();
    this.root.focus({ preventScroll: true });
  }

  // The next cell with an error after the one in focus, in the rows that are shown.
  async nextFault(step = 1) {
    const count = this.order.length;
    for (let far = 0; far <= count; far += 1) {
      const at = (this.at + step * far + count) % count;
      let row = this.rows.get(this.order[at]);
      if (!row) {
        await this.fetch(at);
        row = this.rows.get(this.order[at]);
      }
      if (!row || row.state !== "open") continue;
      const columns = row.faults.filter((fault) => fault[2]).map((fault) => Math.max(0, fault[3]));
      columns.sort((one, other) => (one - other) * step);
      const column = columns.find((each) => far > 0 || (each - this.column) * step > 0);
      if (column !== undefined) {
        this.go(at, column);
        return true;
      }
    }
    return false;
  }
}
