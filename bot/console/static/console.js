// Live updates and keys. Every page works without this file.
// The pages forbid turning text into markup (Trusted Types), so fresh parts come as a parsed
// document from the browser itself, and their nodes are moved over.
"use strict";

const live = [...document.querySelectorAll("[data-live]")];
const here = document.querySelector(".case-page h1");
const code = location.pathname.startsWith("/cases/") ? location.pathname.split("/")[2] : "";
const title = document.title;
let waiting = 0;

function refresh() {
  const request = new XMLHttpRequest();
  request.open("GET", location.pathname + location.search);
  request.responseType = "document";
  request.setRequestHeader("X-Live", "1");
  request.onload = () => {
    if (request.status === 401) { over(); return; }
    if (request.status !== 200 || !request.response) return;
    const before = signs(document);
    for (const part of live) {
      const fresh = request.response.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh) renew(part, fresh);
    }
    tell(before, signs(document));
    const forms = (page) => [...page.querySelectorAll("#write form")].map((form) => form.getAttribute("action")).join();
    if (here && forms(request.response) !== forms(document)) sayStale();
  };
  request.send();
}

// What is open stays open, and whoever is on a link stays there.
function renew(part, fresh) {
  const folded = (page) => [...page.querySelectorAll("details")];
  const open = new Set(folded(part).flatMap((each, place) => each.open ? [place] : []));
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  part.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  folded(part).forEach((each, place) => { if (open.has(place)) each.open = true; });
  if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

// What a person must not miss: words of a client on a case, emergencies in the queue.
function signs(page) {
  return {
    words: page.querySelectorAll(".says.client").length,
    crises: page.querySelectorAll(".chip.danger").length,
    cases: [...page.querySelectorAll("[data-case]")].map((each) => each.dataset.case),
  };
}

function tell(before, after) {
  const known = new Set(before.cases);
  const fresh = after.cases.filter((each) => !known.has(each)).length;
  let news = "";
  if (after.crises > before.crises) news = code ? "A crisis has begun in this case." : "A new emergency is in the queue.";
  else if (code && after.words > before.words) news = "The client has written.";
  else if (!code && fresh) news = fresh === 1 ? "A new case is in the queue." : `${fresh} new cases are in the queue.`;
  if (!news) return;
  spoken().textContent = news;
  if (document.hidden) document.title = (after.crises > before.crises ? "(!) " : "(new) ") + title;
}

function spoken() {
  let region = document.querySelector("#spoken");
  if (!region) {
    region = document.createElement("p");
    region.id = "spoken";
    region.className = "hide";
    region.setAttribute("aria-live", "assertive");
    document.body.append(region);
  }
  return region;
}
spoken();
document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = title; });

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

function changed(data) {
  const codes = data.split(" ");
  if (code && !codes.includes(code)) return;
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 150);
}

// A browser keeps six connections to a site, and a stream holds one: all tabs share one stream.
// Whoever holds the lock listens and passes it on; when that tab closes, another one takes over.
function listen() {
  if (!navigator.locks || !window.BroadcastChannel) { listenWhileSeen(); return; }
  const channel = new BroadcastChannel("live");
  channel.addEventListener("message", (event) => event.data === "over" ? over() : changed(event.data));
  const asked = performance.now();
  navigator.locks.request("live", () => new Promise((done) => {
    const stream = new EventSource("/live");
    stream.addEventListener("message", (event) => { channel.postMessage(event.data); changed(event.data); });
    stream.addEventListener("over", () => { stream.close(); channel.postMessage("over"); done(); over(); });
    addEventListener("pagehide", () => { stream.close(); done(); });
    if (performance.now() - asked > 1000) refresh(); // what happened while nobody listened
  }));
}

function listenWhileSeen() {
  let stream = null, again = false;
  const follow = () => {
    if (document.hidden) { stream?.close(); stream = null; return; }
    if (stream) return;
    stream = new EventSource("/live");
    stream.addEventListener("message", (event) => changed(event.data));
    stream.addEventListener("over", () => { stream.close(); over(); });
    if (again) refresh();
    again = true;
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => stream?.close());
  follow();
}

if (live.length && document.body.hasAttribute("data-signed-in")) {
  listen();
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (document.querySelector('[data-live="queue"]')) setInterval(refresh, 60000); // ages go on
}

// The queue is remembered by this tab, so that a case leads back to it, and on to the next one.
function remembered() {
  try { return JSON.parse(sessionStorage.getItem("list")) || null; } catch { return null; }
}
if (document.querySelector("[data-list]")) {
  const list = { path: location.pathname + location.search, codes: signs(document).cases };
  try { sessionStorage.setItem("list", JSON.stringify(list)); } catch { /* the links stay plain */ }
}
const list = remembered();
const back = document.querySelector("[data-back]");
if (back && list) {
  back.href = list.path;
  const at = list.codes.indexOf(code);
  const crumb = back.parentElement;
  crumb.classList.add("walk");
  for (const [words, key, other] of [["Previous case", "k", list.codes[at - 1]], ["Next case", "j", list.codes[at + 1]]]) {
    if (at < 0 || !other) continue;
    const link = document.createElement("a");
    link.href = "/cases/" + other;
    link.textContent = words;
    link.dataset.key = key;
    crumb.append(link);
  }
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
    [["Sign in again, in another tab", "/sign-in"], ["I have signed in again", () => ask("/account", signedBackIn, "document")]]);
}

function signedBackIn(page) {
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
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post" && !("download" in form.dataset)) form.dataset.sent = "1";
  if (form.dataset.slow && event.submitter) event.submitter.textContent = form.dataset.slow;
  if (form.getAttribute("action") === "/sign-out") { try { sessionStorage.clear(); } catch { /* nothing kept */ } }
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// Paper shows what is folded away on the screen.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(".case-page details:not([open]):not(.no-print *)")];
  for (const each of unfolded) each.open = true;
});
addEventListener("afterprint", () => { for (const each of unfolded) each.open = false; });

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
  if (!links.length) { document.querySelector(`[data-key="${by > 0 ? "j" : "k"}"]`)?.click(); return; }
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
    case "q": location.assign(list && code ? list.path : "/queue"); break;
    case "/": if (location.pathname === "/search") document.querySelector("#q").focus(); else location.assign("/search#q"); break;
    case "r": case "n": case "d": focus(event.key); break;
    default: return;
  }
  event.preventDefault();
});
if (location.hash === "#q") document.querySelector("#q")?.focus();
