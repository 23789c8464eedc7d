// The calls to preflight. Every text from a file is set as text, never as markup.

let key = sessionStorage.getItem("preflight") || "";

export class Refused extends Error {}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(body || {}),
  });
  const answer = await response.json();
  if (response.status === 403) throw new Refused(answer.error);
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export async function enter() {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", "/");
  try {
    key = (await post("/api/enter", { token })).key;
    sessionStorage.setItem("preflight", key);
  } catch (error) {
    // The address of a page that has a key already: it goes on with that.
    if (!(error instanceof Refused) || !key) throw error;
  }
}

export const call = (name, args) => post(`/api/${name}`, args);

export function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name === "class") element.className = value;
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const number = (count) => count.toLocaleString("en-US");
export const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
export const byId = (id) => document.getElementById(id);

// Characters that would not be seen, or would turn the text around, are shown as what they are.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const NAMES = { "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00ad": "-" };
export const seen = (text) => text.replace(HIDDEN, (char) => NAMES[char] || "·");

// A message without the options of the command line that it names: the page has buttons for them.
// What is typed or is a name stands in backticks.
export function plainly(message) {
  const short = message.replace(/ \([a-z ]*`--[^`]*`[^)]*\)/g, "");
  const left = short.split("; ").filter((part, at) => !at || !part.includes("`--")).join("; ");
  return left.replace(/`([^`]*)`/g, "\u201c$1\u201d");
}
