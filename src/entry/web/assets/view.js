// Adds to pages that are whole without it: keys, files that open in place, links to lines of large files, live news.
"use strict";
const all = (what, from = document) => [...from.querySelectorAll(what)];
const NODES = 6000; // beyond this many elements further files come without colours,
const MANY = 12; // and so do more files than this that are opened at once

// Files that open in place.
async function open(link, plain = false) {
  const cell = link.closest(".cell");
  if (!cell || link.dataset.busy) return;
  link.dataset.busy = "1";
  const url = new URL(link.href);
  url.searchParams.set("part", "1");
  if (plain || document.getElementsByTagName("*").length > NODES) url.searchParams.set("plain", "1");
  const answer = await fetch(url);
  if (!answer.ok) { location.href = link.href; return; }
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = parsed.querySelector(".cell");
  if (!fresh) { location.href = link.href; return; }
  all(".g", fresh).forEach(numbers);
  all(".x", fresh).forEach(folds);
  const inside = cell.contains(document.activeElement);
  cell.replaceWith(fresh);
  if (inside) fresh.querySelector(".x")?.focus({ preventScroll: true });
  if (url.hash && link.matches(".fold")) toLine(url.hash.slice(1), false);
}
// Numbers in short: the width, then `@12,14` (the next line's in both texts), `=3 -1 +2` (so many lines), `~` (a fold).
function numbers(pre) {
  if (!pre.dataset.n) return;
  const [width, ...tokens] = pre.dataset.n.split(" ");
  const lines = [];
  let was = 0, is = 0;
  for (const token of tokens) {
    const kind = token[0], rest = token.slice(1);
    if (kind === "@") [was, is] = rest.split(",").map(Number);
    if (kind === "~") lines.push("⋯".padStart(width) + " ");
    for (let left = "=-+".includes(kind) ? Number(rest) : 0; left > 0; left--) {
      lines.push(String(kind === "-" ? was : is).padStart(width) + { "=": " ", "-": "−", "+": "+" }[kind]);
      if (kind !== "+") was++;
      if (kind !== "-") is++;
    }
  }
  pre.textContent = lines.join("\n") + "\n";
}
// Folds in short: `48,32` begins at line 48 and has 32 lines, `1,8,1` has nothing above it, `48` goes to the file's end.
function folds(pre) {
  const { at } = pre.dataset, cell = pre.closest(".cell").id;
  for (const gap of all("[data-f]", pre)) {
    const [first, count, isTop] = gap.dataset.f.split(",");
    const link = (href, text) => {
      const made = document.createElement("a");
      made.className = "fold";
      made.href = `${href}#${cell}-R${first}`;
      made.textContent = text;
      gap.append(made);
    };
    if (count) link(`${at}${first}${isTop ? "u" : "d"}${count}`, `${count} unchanged line${count === "1" ? "" : "s"}`);
    if (!isTop && !(count <= 10)) link(`${at}${first}d10`, "↓ 10");
    if (count > 10) link(`${at}${first}u10`, "↑ 10");
    if (!count) link(`${at.replace(/&open=.*$/, "")}&context=all`, "whole file");
    gap.append("\n");
  }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.more, a.fold");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    open(link);
  }
});

// A line of a file without a link for each line: `#A-1a2b3c4d-R12`.
function lineOf(name) {
  const found = /^([A-Z]{1,2}-[0-9a-f]+)-([LR])(\d+)$/.exec(name);
  const pre = found && document.getElementById(found[1])?.querySelector(".g");
  if (!pre) return null;
  const index = pre.textContent.split("\n").findIndex((line) => {
    const n = /^\s*(\d+)(.)/.exec(line);
    return n && n[1] === found[3] && (n[2] === "−") === (found[2] === "L");
  });
  return index < 0 ? null : { pre, index };
}
function toLine(name, moveIt = true) {
  const at = lineOf(name);
  if (!at) return;
  all(".line-here").forEach((old) => old.remove());
  const style = getComputedStyle(at.pre);
  const height = parseFloat(style.lineHeight);
  const mark = document.createElement("div");
  mark.className = "line-here";
  mark.style.top = parseFloat(style.paddingTop) + at.index * height + "px";
  mark.style.height = height + "px";
  at.pre.parentElement.append(mark);
  if (moveIt) mark.scrollIntoView({ block: "center" });
}
document.addEventListener("click", (event) => {
  const pre = event.target.closest?.(".d .g");
  const cell = pre?.closest(".cell");
  if (!cell || event.target.closest("a")) return;
  const style = getComputedStyle(pre);
  const y = event.clientY - pre.getBoundingClientRect().top - parseFloat(style.paddingTop);
  const line = pre.textContent.split("\n")[Math.floor(y / parseFloat(style.lineHeight))];
  const n = /^\s*(\d+)(.)/.exec(line ?? "");
  if (n) location.hash = `${cell.id}-${n[2] === "−" ? "L" : "R"}${n[1]}`;
});
addEventListener("hashchange", () => toLine(location.hash.slice(1)));
if (location.hash) toLine(location.hash.slice(1));

// Keys.
const KEYS = [
  ["j k", "next or previous file"], ["n p", "next or previous change"], ["1 … 9", "one candidate alone"],
  ["0", "all candidates"], ["w", "white space"], ["o", "open all files"], ["u", "back to all files"], ["?", "this help"],
];
function help() {
  let box = document.querySelector("dialog.help");
  if (!box) {
    box = document.createElement("dialog");
    box.className = "help";
    box.setAttribute("aria-label", "Keys");
    const table = document.createElement("table");
    for (const [keys, text] of KEYS) {
      const row = table.insertRow();
      for (const key of keys.split(" ")) {
        const element = document.createElement(key === "…" ? "span" : "kbd");
        element.textContent = key;
        (row.cells[0] ?? row.insertCell()).append(element, " ");
      }
      row.insertCell().textContent = text;
    }
    box.append(table);
    box.addEventListener("click", () => box.close());
    document.body.append(box);
  }
  if (box.open) box.close();
  else box.showModal();
}
function step(what, by) {
  const places = all(what);
  const bar = document.querySelector(".bar")?.getBoundingClientRect().height ?? 0;
  const tops = places.map((place) => place.getBoundingClientRect().top - bar - 12);
  const at = by > 0 ? tops.findIndex((top) => top > 2) : tops.findLastIndex((top) => top < -2);
  if (at >= 0) scrollBy({ top: tops[at] });
}
addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const acts = {
    "?": help,
    j: () => step(".file", 1), k: () => step(".file", -1),
    n: () => step(".d ins, .d del", 1), p: () => step(".d ins, .d del", -1),
    o: async () => { const more = all("a.more"); for (const link of more) await open(link, more.length > MANY); },
  };
  if (link) location.href = link.href;
  else if (acts[event.key]) acts[event.key]();
  else return;
  event.preventDefault();
});
const tools = document.querySelector(".tools");
if (tools) {
  const button = document.createElement("button");
  button.className = "chip";
  button.type = "button";
  button.textContent = "Keys ?";
  button.addEventListener("click", help);
  tools.append(button);
}

// Live news: a place that says where it comes from gets the HTML that the server sends for it.
for (const place of all("[data-live]")) {
  const source = new EventSource(place.dataset.live);
  const log = document.querySelector("[data-log]");
  let fresh = true;
  source.addEventListener("bars", (event) => { place.innerHTML = event.data; });
  source.addEventListener("log", (event) => {
    if (!log) return;
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    if (fresh) log.replaceChildren();
    fresh = false;
    log.insertAdjacentHTML("beforeend", event.data);
    if (atEnd) log.scrollTop = log.scrollHeight;
  });
  source.addEventListener("over", () => { source.close(); location.reload(); });
  addEventListener("pagehide", () => source.close());
}
for (const place of all("[data-watch]")) {
  const source = new EventSource(`/tasks/${place.dataset.watch}/live`);
  source.addEventListener("over", () => {
    source.close();
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Show them";
    place.replaceChildren("All candidates are done. ", link);
  });
  addEventListener("pagehide", () => source.close());
}
