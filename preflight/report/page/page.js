"use strict";
// The tables of places and fixes: filtered, sorted and paged. Every cell becomes a text node.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const summed = (steps) => {
    const values = Int32Array.from(steps);
    for (let at = 1; at < values.length; at++) values[at] += values[at - 1];
    return values;
  };
  const of = { row: summed(data.of_row), line: summed(data.of_line) };
  for (const key of ["file", "rule", "column", "message", "old", "new", "fix"]) {
    of[key] = Int32Array.from(data["of_" + key]);
  }
  // A cell is -1 for none, 0 for the next one, n for the one n before that.
  for (let at = 0, ahead = 0; at < of.old.length; at++) {
    for (const key of ["old", "new"]) {
      const back = of[key][at];
      if (back >= 0) of[key][at] = ahead - back;
      if (back === 0) ahead++;
    }
  }
  const rules = data.rules.map((rule) => rule.split("\0"));
  const texts = {
    file: data.files,
    rule: rules.map(([severity, code]) => code + " " + severity),
    column: data.columns,
    message: data.messages,
    old: data.cells,
    new: data.cells,
  };
  const count = of.rule.length;
  const format = new Intl.NumberFormat("en");

  // The rank of each text in the order of texts, so that sorting compares numbers.
  const ranks = new Map();
  const rankOf = (values) => {
    if (!ranks.has(values)) {
      const order = values.map((_, at) => at);
      const lower = values.map((text) => text.toLowerCase());
      order.sort((a, b) => (lower[a] < lower[b] ? -1 : lower[a] > lower[b] ? 1 : a - b));
      const rank = new Int32Array(values.length);
      order.forEach((at, place) => { rank[at] = place; });
      ranks.set(values, rank);
    }
    return ranks.get(values);
  };
  const sortKey = (key) => {
    if (!(key in texts)) return of[key];
    const rank = rankOf(texts[key]);
    return of[key].map((number) => (number < 0 ? 0x7fffffff : rank[number]));
  };

  const element = (name, classes, text) => {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const typed = (parent, text) => {
    text.split("`").forEach((piece, at, all) => {
      const code = at % 2 === 1 && at < all.length - 1;
      if (piece) parent.append(code ? element("code", "", piece) : piece);
    });
  };

  class Grid {
    constructor(root, chosen, kind) {
      this.root = root;
      this.all = chosen;
      this.shown = chosen;
      this.kind = kind;
      this.page = 0;
      this.sort = { key: "", down: false };
      this.form = root.querySelector("[data-filters]");
      this.body = root.querySelector("tbody");
      this.status = root.querySelector("[data-status]");
      this.pager = root.querySelector("[data-pager]");
      this.size = root.querySelector("[data-size]");
      this.heads = [...root.querySelectorAll("th[data-key]")];
      this.labels = new Map(
        [...this.body.querySelectorAll("tr:first-child td")].map((cell, at) => [
          this.heads[at].dataset.key, [cell.dataset.label, cell.className],
        ]),
      );
      this.choices("rule", this.codes());
      this.choices("column", this.used("column"));
      this.choices("file", this.used("file"));
      if (window.matchMedia("(max-width: 46rem)").matches) this.size.value = "25";
      this.listen();
      this.draw();
    }

    used(key) {
      const seen = new Set();
      for (const at of this.all) seen.add(of[key][at]);
      return [...seen].filter((number) => texts[key][number]).map((number) => [number, texts[key][number]]);
    }

    codes() {
      const seen = new Set();
      for (const at of this.all) seen.add(rules[of.rule[at]][1]);
      return [...seen].sort().map((code) => [code, code]);
    }

    choices(name, values) {
      const select = this.form.elements[name];
      if (!select) return;
      for (const [value, text] of values) {
        const option = element("option", "", text.length > 60 ? text.slice(0, 59) + "…" : text);
        option.value = value;
        select.append(option);
      }
    }

    listen() {
      let timer = 0;
      this.form.addEventListener("submit", (event) => event.preventDefault());
      this.form.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.filter(), 80);
      });
      this.form.addEventListener("reset", () => setTimeout(() => this.filter()));
      this.size.addEventListener("change", () => { this.page = 0; this.draw(); });
      this.pager.addEventListener("click", (event) => {
        const go = event.target.dataset.go;
        if (!go) return;
        const last = this.pages - 1;
        this.page = { first: 0, previous: this.page - 1, next: this.page + 1, last }[go];
        this.draw();
      });
      for (const head of this.heads) {
        const button = element("button", "", head.textContent);
        button.type = "button";
        button.addEventListener("click", () => {
          const down = this.sort.key === head.dataset.key && !this.sort.down;
          this.sort = { key: head.dataset.key, down };
          this.page = 0;
          this.order();
          this.draw();
        });
        head.replaceChildren(button);
      }
    }

    get pages() {
      return Math.max(1, Math.ceil(this.shown.length / Number(this.size.value)));
    }

    filter() {
      const given = new FormData(this.form);
      const wanted = (name) => given.get(name) || "";
      const text = wanted("text").trim().toLowerCase();
      const has = {};
      if (text) {
        for (const key of ["file", "rule", "column", "message", "old"]) {
          has[key] = texts[key].map((entry) => entry.toLowerCase().includes(text));
        }
        has.new = has.old;
      }
      const number = /^\d+$/.test(text) ? Number(text) : -1;
      const matches = (at) =>
        has.rule[of.rule[at]] || has.column[of.column[at]] || has.message[of.message[at]] ||
        (data.files.length > 1 && has.file[of.file[at]]) ||
        (of.old[at] >= 0 && has.old[of.old[at]]) || (of.new[at] >= 0 && has.new[of.new[at]]) ||
        of.line[at] === number || of.row[at] === number;
      const [rule, column, file, fix] = ["rule", "column", "file", "fix"].map(wanted);
      this.shown = this.all.filter(
        (at) =>
          (!rule || rules[of.rule[at]][1] === rule) &&
          (!column || of.column[at] === Number(column)) &&
          (!file || of.file[at] === Number(file)) &&
          (!fix || of.fix[at] === Number(fix)) &&
          (!text || matches(at)),
      );
      this.page = 0;
      this.order();
      this.draw();
    }

    order() {
      const { key, down } = this.sort;
      if (key) {
        const by = sortKey(key);
        const way = down ? -1 : 1;
        this.shown = this.shown.slice().sort((a, b) => way * (by[a] - by[b]) || a - b);
      }
      for (const head of this.heads) {
        if (head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
    }

    draw() {
      const size = Number(this.size.value);
      this.page = Math.min(Math.max(this.page, 0), this.pages - 1);
      const start = this.page * size;
      const here = this.shown.slice(start, start + size);
      this.body.replaceChildren(...Array.from(here, (at) => this.line(at)));
      const noun = this.kind === "fixes" ? "cell" : "place";
      const total = this.shown.length;
      const nouns = total === 1 ? noun : noun + "s";
      const rest = total < this.all.length ? ` (filtered from ${format.format(this.all.length)})` : "";
      this.status.textContent = total
        ? `${format.format(start + 1)} to ${format.format(start + here.length)} of ${format.format(total)} ${nouns}${rest}`
        : `No ${noun} matches${rest}.`;
      this.pager.querySelector("[data-page]").textContent =
        `page ${format.format(this.page + 1)} of ${format.format(this.pages)}`;
      for (const button of this.pager.querySelectorAll("[data-go]")) {
        const back = ["first", "previous"].includes(button.dataset.go);
        button.disabled = back ? this.page === 0 : this.page >= this.pages - 1;
      }
    }

    line(at) {
      const line = element("tr");
      for (const [key, [label, classes]] of this.labels) {
        const cell = element("td", classes);
        cell.dataset.label = label;
        this.fill(cell, key, at);
        line.append(cell);
      }
      return line;
    }

    fill(cell, key, at) {
      const number = of[key][at];
      if (key === "line" || key === "row") cell.textContent = number ? String(number) : "";
      else if (key === "rule") {
        const [severity, code] = rules[number];
        if (this.kind === "fixes") cell.textContent = (merged.get(at) || [code]).join(", ");
        else {
          const tone = severity.startsWith("error") ? "bad" : "warn";
          cell.append(code + " ", element("span", "mark " + tone, severity));
        }
      } else if (key === "old" || key === "new") {
        if (number < 0) return;
        const tone = key === "new" ? " new" : this.kind === "fixes" ? " old" : "";
        cell.append(element("code", "cell" + tone, data.cells[number]));
      } else if (key === "message") typed(cell, data.messages[number]);
      else cell.textContent = texts[key][number];
    }

    only(code) {
      this.form.reset();
      this.form.elements.rule.value = code;
      this.filter();
      this.root.scrollIntoView({ block: "start" });
      this.form.elements.rule.focus({ preventScroll: true });
    }
  }

  // A cell that several rules fix is one line of the fixes.
  const merged = new Map();
  const fixed = [];
  for (let at = 0; at < count; at++) {
    if (of.fix[at] !== 1 || of.new[at] < 0) continue;
    const last = fixed[fixed.length - 1];
    const code = rules[of.rule[at]][1];
    if (last !== undefined && ["file", "row", "column"].every((key) => of[key][last] === of[key][at])) {
      if (!merged.has(last)) merged.set(last, [rules[of.rule[last]][1]]);
      if (!merged.get(last).includes(code)) merged.get(last).push(code);
    } else fixed.push(at);
  }

  document.documentElement.classList.add("scripts");
  const grids = {};
  const chosen = { places: Uint32Array.from({ length: count }, (_, at) => at), fixes: Uint32Array.from(fixed) };
  for (const root of document.querySelectorAll("[data-grid]")) {
    grids[root.dataset.grid] = new Grid(root, chosen[root.dataset.grid], root.dataset.grid);
  }
  document.addEventListener("click", (event) => {
    const code = event.target.dataset && event.target.dataset.show;
    if (code && grids.places) grids.places.only(code);
  });

  // On paper everything is open.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  window.addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
})();
