// Live updates and keys. Every page works without this file.
// The pages forbid turning text into markup (Trusted Types), so fresh parts come as a parsed
// document from the browser itself, and their nodes are moved over.
"use strict";

const live = [...document.querySelectorAll("[data-live]")];
const here = document.querySelector(".case-page h1");
const code = location.pathname.startsWith("/cases/") ? location.pathname.split("/")[2] : "";
let waiting = 0;

function refresh() {
  const request = new XMLHttpRequest();
  request.open("GET", location.pathname + location.search);
  request.responseType = "document";
  request.setRequestHeader("X-Live", "1");
  request.onload = () => {
    if (request.status === 401) { over(); return; }
    if (request.status !== 200 || !request.response) return;
    for (const part of live) {
      const fresh = request.response.querySelector(`[data-live="${part.dataset.live}"]`);
      if (!fresh) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
      if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }
    const forms = (page) => [...page.querySelectorAll("#write form")].map((form) => form.getAttribute("action")).join();
    if (here && forms(request.response) !== forms(document)) sayStale();
  };
  request.send();
}

function sayStale() {
  if (document.querySelector(".stale")) return;
  const note = document.createElement("p");
  const link = document.createElement("a");
  note.className = "stale";
  note.setAttribute("role", "status");
  link.href = location.pathname + "#write";
  link.textContent = "Something has changed in this case. Show the page as it is now";
  link.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  note.append(link);
  document.querySelector("main").append(note);
}

function changed(event) {
  const codes = event.data.split(" ");
  if (code && !codes.includes(code)) return;
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 150);
}

if (live.length && document.body.hasAttribute("data-signed-in")) {
  const stream = new EventSource("/live");
  stream.addEventListener("message", changed);
  stream.addEventListener("over", () => { stream.close(); over(); });
  addEventListener("pagehide", () => stream.close());
  if (document.querySelector('[data-live="queue"]')) setInterval(refresh, 60000); // ages go on
}

// Two minutes before a session ends this page says so, and afterwards it keeps what was written, unseen.
const WARN = 120; // seconds
let asking = 0;

function ask(path, answered, type = "text") {
  const request = new XMLHttpRequest();
  request.open("GET", path);
  request.responseType = type;
  request.setRequestHeader("X-Live", "1");
  request.onload = () => {
    if (request.status === 401) over();
    else if (request.status === 200) answered(request.response);
  };
  request.onerror = () => { asking = setTimeout(() => ask(path, answered, type), 30000); };
  request.send();
}

function watch(left) {
  clearTimeout(asking);
  const seconds = Number(left);
  if (seconds > WARN) document.querySelector(".session")?.remove();
  else say("You will be signed out within two minutes.", [["Stay signed in", () => ask("/account/stay", stayed)]]);
  asking = setTimeout(() => ask("/account/left", watch), (seconds > WARN ? seconds - WARN : Math.max(seconds, 0)) * 1000 + 500);
}

function stayed(left) {
  watch(left);
  if (Number(left) <= WARN) say("Eight hours are over. Please send or copy what you are writing, and sign in again.", []);
}

function say(text, choices) {
  document.querySelector(".session")?.remove();
  const note = document.createElement("div");
  const words = document.createElement("p");
  note.className = "session";
  note.setAttribute("role", "alert");
  words.textContent = text;
  note.append(words);
  for (const [name, does] of choices) {
    const choice = document.createElement(typeof does === "string" ? "a" : "button");
    choice.textContent = name;
    if (typeof does === "string") { choice.href = does; choice.target = "_blank"; choice.rel = "noopener"; }
    else choice.addEventListener("click", does);
    note.append(choice, " ");
  }
  document.querySelector("main").before(note);
}

function over() {
  clearTimeout(asking);
  const written = [...document.querySelectorAll("main textarea, main input:not([type=hidden])")];
  if (!written.some((each) => each.value !== each.defaultValue)) {
    location.assign("/sign-in?next=" + location.pathname);
    return;
  }
  const main = document.querySelector("main");
  main.inert = true;
  main.classList.add("away");
  say("You are signed out. What you were writing is kept on this page.",
    [["Sign in again, in another tab", "/sign-in"], ["I have signed in again", () => ask("/account", back, "document")]]);
}

function back(page) {
  if (page?.body.dataset.signedIn !== document.body.dataset.signedIn) { location.reload(); return; }
  const token = page.querySelector("input[name=csrf]").value;
  for (const each of document.querySelectorAll("input[name=csrf]")) each.value = token;
  document.querySelector("main").inert = false;
  document.querySelector("main").classList.remove("away");
  document.querySelector(".session")?.remove();
  ask("/account/left", watch);
}

if (document.body.dataset.signedIn) {
  ask("/account/left", watch);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask("/account/left", watch); });
}

for (const button of document.querySelectorAll("[data-put]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const box = document.querySelector("#text");
    box.value = (box.value ? box.value + "\n" : "") + button.dataset.put;
    box.focus();
  });
}

// A form is sent once, however often it is pressed; the server makes sure of it again.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  if (event.target.method === "post" && !("download" in event.target.dataset)) event.target.dataset.sent = "1";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

const box = document.querySelector("#keys-on");
let keys = true;
try { keys = localStorage.getItem("keys") !== "off"; } catch { /* no storage: the default */ }
if (box) {
  box.checked = keys;
  box.addEventListener("change", () => {
    keys = box.checked;
    try { localStorage.setItem("keys", keys ? "on" : "off"); } catch { /* for this page only */ }
  });
}

function step(by) {
  const links = [...document.querySelectorAll("[data-keys] .code a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))].focus();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (!keys || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.matches("input, textarea, select")) { if (event.key === "Escape") target.blur(); return; }
  const focus = (name) => document.querySelector(`[data-key="${name}"]`)?.focus();
  switch (event.key) {
    case "j": step(1); break;
    case "k": step(-1); break;
    case "q": location.assign("/queue"); break;
    case "/": if (location.pathname === "/search") document.querySelector("#q").focus(); else location.assign("/search#q"); break;
    case "r": case "n": case "d": focus(event.key); break;
    default: return;
  }
  event.preventDefault();
});
if (location.hash === "#q") document.querySelector("#q")?.focus();
