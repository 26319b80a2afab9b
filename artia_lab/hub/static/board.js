/* The board. The list is never put in another order, and nobody leaves it, while somebody reads: what has changed
   elsewhere is announced, and shown when it is asked for. */
const words = JSON.parse(document.getElementById("words").textContent);
const at = (id) => document.getElementById(id);
const xsrf = document.body.dataset.xsrf;
const list = at("people").tBodies[0];
const people = new Map();
let facts = {};
let chosen = null;
let shown = "all";
let announced = null;

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const number = (value, digits = 0) =>
  new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);

/* What is read must not be touched when it says the same. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function ago(since) {
  if (!since) return "";
  const minutes = Math.floor((Date.now() / 1000 - since) / 60);
  if (minutes < 1) return words.now;
  return minutes < 60 ? filled(words.minutes, { n: minutes }) : filled(words.hours, { n: Math.floor(minutes / 60) });
}

const memory = (mb) => (mb < 1000 ? filled(words.mb, { n: number(mb) }) : filled(words.gb, { n: number(mb / 1024, 1) }));
const energy = (j) =>
  j < 1000 ? filled(words.joules, { n: number(j) }) : filled(words.watt_hours, { n: number(j / 3600, 1) });

function wait(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return filled(words.wait_seconds, { n: seconds });
  return filled(words.wait_minutes, { n: Math.round(seconds / 60) });
}

function place(where) {
  if (!where) return "";
  const name = where.notebook.split("/").pop().replace(/\.ipynb$/, "");
  return where.cell && where.cells ? filled(words.cell, { notebook: name, cell: where.cell, cells: where.cells }) : name;
}

function computing(row) {
  const [turn] = row.waiting;
  if (turn) {
    return `${filled(words.waits, { position: turn.position })} ${wait(turn.expected_s)}`.trim();
  }
  const work = row.work;
  if (!work) return "";
  if (work.state === "running" && work.steps) {
    return filled(words.step, { experiment: work.experiment, step: work.step, steps: work.steps });
  }
  return `${work.experiment} · ${words.runs[work.state] ?? work.state}`;
}

function reason(row) {
  if (row.waiting.length) return words.reasons[row.waiting[0].reason] ?? "";
  return row.why || words.whys[row.status] || "";
}

const kind = (row) =>
  row.help ? "wrong" : row.status === "waiting" || row.status === "starting" ? "care" : row.status === "gone" ? "" : "good";

function matches(row) {
  if (shown === "help") return row.help;
  if (shown === "waiting") return row.status === "waiting" || row.status === "starting";
  if (shown === "open") return row.seat === "open";
  return true;
}

function line(user) {
  const made = document.createElement("tr");
  made.dataset.user = user;
  made.tabIndex = list.querySelector('tr[tabindex="0"]') ? -1 : 0;
  made.setAttribute("aria-selected", "false");
  for (let column = 0; column < 4; column++) made.insertCell().append(document.createElement("span"));
  made.cells[1].firstChild.className = "tag";
  made.hidden = true;
  list.append(made);
  return made;
}

function show(user) {
  const row = people.get(user);
  const node = list.querySelector(`tr[data-user="${CSS.escape(user)}"]`) ?? line(user);
  const [name, state, where, work] = [...node.cells].map((cell) => cell.firstChild);
  say(name, row.name);
  say(state, words.statuses[row.status]);
  state.className = `tag ${kind(row)}`;
  say(where, place(row.where));
  say(work, computing(row));
  node.classList.toggle("past", !matches(row));
  // Without a filter whoever comes is added below, which moves nothing.
  if (shown === "all") node.hidden = false;
  if (user === chosen) details();
}

function renew() {
  for (const node of list.rows) {
    const row = people.get(node.dataset.user);
    node.hidden = !row || !matches(row);
    node.classList.remove("past");
  }
  const visible = [...list.rows].filter((node) => !node.hidden);
  if (!visible.some((node) => node.tabIndex === 0)) {
    for (const node of list.rows) node.tabIndex = -1;
    if (visible[0]) visible[0].tabIndex = 0;
  }
  count();
}

function count() {
  const late = [...list.rows].filter((node) => {
    const row = people.get(node.dataset.user);
    return node.hidden === Boolean(row && matches(row));
  }).length;
  const button = at("renew");
  button.classList.toggle("off", !late);
  if (late) say(button, filled(words.renew, { n: late }));
  at("nobody").hidden = [...list.rows].some((node) => !node.hidden);
}

function details() {
  const row = people.get(chosen);
  at("person-hint").hidden = Boolean(row);
  at("person-body").hidden = !row;
  if (!row) {
    say(at("person-name"), words.nobody);
    return;
  }
  say(at("person-name"), row.name);
  say(at("person-state"), words.statuses[row.status]);
  at("person-state").className = `tag ${kind(row)}`;
  say(at("person-since"), ago(row.since));
  say(at("person-why"), reason(row));
  say(at("person-notebook"), place(row.where) || words.none);
  say(at("person-work"), computing(row) || words.none);
  say(at("person-workshop"), facts.workshops?.find((each) => each.name === row.workshop)?.title ?? (row.workshop || words.none));
  say(at("person-memory"), row.memory_mb ? memory(row.memory_mb) : words.none);
  say(at("person-energy"), energy(row.energy_j));
  for (const button of document.querySelectorAll("[data-do]")) {
    const held = row.leases.length > 0;
    const open = row.seat === "open";
    const possible = {
      first: facts.queue,
      extend: held,
      free: held,
      message: open,
      notebook: open,
      reset: open && Boolean(row.where),
      restart: row.seat === "open",
    };
    // Not disabled: the focus would be lost from a button that is being used.
    button.setAttribute("aria-disabled", String(!possible[button.dataset.do]));
  }
  const first = document.querySelector('[data-do="first"]');
  first.setAttribute("aria-pressed", String(row.first));
  say(first, row.first ? words.first_off : words.first_on);
}

function figures() {
  say(at("figure-here"), filled(words.here, { here: facts.here, starting: facts.starting }));
  say(at("figure-help"), String(facts.help));
  const parts = [];
  if (!facts.shared) parts.push(words.not_shared);
  else if (!facts.queue) parts.push(words.queue_away);
  else {
    parts.push(filled(words.cores, { held: facts.cores_held, all: facts.cores }));
    if (facts.gpus) parts.push(filled(words.gpus, { held: memory(facts.gpu_mb_held), all: memory(facts.gpu_mb) }));
  }
  say(at("figure-places"), parts.join(" · "));
  say(at("figure-waiting"), facts.paused ? filled(words.waiting_paused, { n: facts.waiting }) : String(facts.waiting));
  say(at("figure-memory"), filled(words.of, { used: memory(facts.memory_mb), all: memory(facts.memory_total_mb) }));
  say(at("figure-energy"), energy(facts.energy_j));
  const pause = at("pause");
  say(pause, facts.paused ? words.go_on : words.pause);
  pause.setAttribute("aria-pressed", String(facts.paused));
  pause.setAttribute("aria-disabled", String(!facts.queue));
  if (!facts.hub) say(at("connection"), words.no_hub);
  else say(at("connection"), words.live);
  at("connection").className = facts.hub ? "tag good" : "tag care";
  workshops();
}

function workshops() {
  const rows = facts.workshops ?? [];
  at("no-workshop").hidden = rows.length > 0;
  at("workshops").hidden = rows.length === 0;
  const body = at("workshops").tBodies[0];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((each, index) => {
    const node = body.rows[index] ?? body.insertRow();
    while (node.cells.length < 4) node.insertCell();
    const until = new Date(1000 * each.expires).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const texts = [each.title, words.workshops[each.state], filled(words.count_of, { n: each.joined, all: each.seats }), until];
    texts.forEach((text, column) => say(node.cells[column], text));
  });
}

/* Whoever hears the page is told who needs a hand, once, and not more often than every few seconds. */
function announce() {
  const now = new Set([...people.values()].filter((row) => row.help).map((row) => row.user));
  const names = [...now].filter((user) => announced && !announced.has(user)).map((user) => people.get(user).name);
  announced = now;
  if (names.length) say(at("news"), filled(words.need, { names: names.join(", ") }));
}

function hear(news) {
  if (news.all) for (const user of people.keys()) if (!(user in news.rows)) people.delete(user);
  if (news.facts) facts = news.facts;
  for (const user of news.gone ?? []) people.delete(user);
  for (const [user, row] of Object.entries(news.rows ?? {})) people.set(user, row);
  for (const node of [...list.rows]) if (!people.has(node.dataset.user)) node.classList.add("past");
  const changed = Object.keys(news.rows ?? {});
  const sorted = news.all ? changed.sort((a, b) => people.get(a).name.localeCompare(people.get(b).name)) : changed;
  for (const user of sorted) show(user);
  if (news.facts || news.all) figures();
  if (announced === null) announce();
  count();
  details();
}

/* Not an EventSource, which cannot say that this page is the board's own: another page of this server must not be
   able to read along. */
async function listen() {
  const response = await fetch("api/events", { headers: { "X-XSRFToken": xsrf } });
  if (response.status === 403) {
    tell((await response.json()).message, "wrong");
  }
  if (!response.ok) throw new Error(response.statusText);
  let rest = "";
  for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) if (event.startsWith("data: ")) hear(JSON.parse(event.slice("data: ".length)));
  }
}

async function connect() {
  for (let pause = 500; ; ) {
    const began = Date.now();
    try {
      await listen();
    } catch {
      /* What is shown below says it. */
    }
    pause = Date.now() - began > 5000 ? 500 : Math.min(2 * pause, 5000);
    say(at("connection"), words.away);
    at("connection").className = "tag care";
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/* A sentence at the edge of the page, for as long as it takes to read it. */
let telling = 0;
function tell(sentence, kind) {
  clearTimeout(telling);
  say(at("said"), sentence);
  at("said").className = `notice ${kind}`;
  telling = setTimeout(() => say(at("said"), ""), 15000);
}

async function act(asked) {
  let answer = { done: false, message: words.failed };
  try {
    const response = await fetch("api/act", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-XSRFToken": xsrf },
      body: JSON.stringify(asked),
    });
    answer = await response.json();
  } catch {
    /* The sentence for it stands above. */
  }
  tell(answer.message || words.failed, answer.done ? "good" : "wrong");
  return answer.done;
}

/* A question, with what it takes; the answer is what to add to the action, or null. */
function ask({ title, text = "", yes, message = false, notebook = false }) {
  const box = at("ask");
  say(at("ask-title"), title);
  say(at("ask-text"), text);
  say(at("ask-yes"), yes);
  say(at("ask-mistake"), "");
  at("ask-message-field").hidden = !message;
  at("ask-library-field").hidden = at("ask-file-field").hidden = !notebook;
  at("ask-message").value = at("ask-file").value = "";
  const before = document.activeElement;
  return new Promise((resolve) => {
    const end = (answer) => {
      box.close();
      box.oncancel = at("ask-no").onclick = box.querySelector("form").onsubmit = null;
      before?.focus();
      resolve(answer);
    };
    at("ask-no").onclick = () => end(null);
    box.oncancel = (event) => {
      event.preventDefault();
      end(null);
    };
    box.querySelector("form").onsubmit = async (event) => {
      event.preventDefault();
      const [file] = at("ask-file").files;
      if (message && !at("ask-message").value.trim()) {
        say(at("ask-mistake"), words.write_first);
        at("ask-message").focus();
        return;
      }
      if (notebook && file) end({ name: file.name, content: await file.text() });
      else if (notebook) end({ library: at("ask-library").value });
      else end(message ? { text: at("ask-message").value } : {});
    };
    box.showModal();
    (message ? at("ask-message") : notebook ? at("ask-library") : at("ask-no")).focus();
  });
}

async function forPerson(what) {
  const row = people.get(chosen);
  const name = row.name;
  if (what === "first") return act({ do: "first", user: chosen, on: !row.first });
  if (what === "extend") return act({ do: "extend", user: chosen });
  if (what === "message" || what === "notebook") {
    const more = await ask({
      title: filled(words.ask[what], { name }),
      yes: words.send,
      message: what === "message",
      notebook: what === "notebook",
    });
    return more && act({ do: what, to: [chosen], ...more });
  }
  const user = chosen;
  const sure = await ask({ title: filled(words.ask[what], { name }), text: words.ask[`${what}_text`], yes: words.ask[`${what}_yes`] });
  return sure && act({ do: what, user });
}

function choose(node) {
  chosen = node.dataset.user;
  for (const each of list.rows) each.setAttribute("aria-selected", String(each === node));
  details();
}

function focus(node) {
  for (const each of list.rows) each.tabIndex = each === node ? 0 : -1;
  node.focus();
}

list.addEventListener("click", (event) => {
  const node = event.target.closest("tr");
  if (node) {
    focus(node);
    choose(node);
  }
});
list.addEventListener("keydown", (event) => {
  const node = event.target.closest("tr");
  const rows = [...list.rows].filter((each) => !each.hidden);
  const index = rows.indexOf(node);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1, PageDown: index + 10, PageUp: index - 10 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    focus(rows[Math.min(Math.max(to, 0), rows.length - 1)]);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    choose(node);
    at("person").focus();
  }
});
at("person").addEventListener("keydown", (event) => {
  if (event.key === "Escape") list.querySelector('tr[aria-selected="true"]')?.focus();
});
for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && forPerson(button.dataset.do));
}
at("filter").addEventListener("change", (event) => {
  shown = event.target.value;
  renew();
});
at("renew").addEventListener("click", () => {
  renew();
  at("filter").focus();
});
at("pause").addEventListener("click", () => facts.queue && act({ do: "pause", on: !facts.paused }));
at("message-all").addEventListener("click", async () => {
  const more = await ask({ title: words.ask.message_all, yes: words.send, message: true });
  if (more) act({ do: "message", to: null, ...more });
});
at("notebook-all").addEventListener("click", async () => {
  const more = await ask({ title: words.ask.notebook_all, yes: words.send, notebook: true });
  if (more) act({ do: "notebook", to: null, ...more });
});
setInterval(announce, 4000);
setInterval(details, 15000);
connect();
