/* The page of those who administer: who is known here, whose seat is open, and what can be done about it. */
import { attempt, call, fill, page, tell, writeTime } from "./hub.js";

const place = document.getElementById("people");
const words = place.dataset;
const rows = place.querySelector("tbody");
const limit = Number(words.limit);
let offset = 0;
let request = 0;

function cell(row, content, tag = "td") {
  const made = document.createElement(tag);
  made.append(content);
  row.append(made);
  return made;
}

function button(person, label, name, danger, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = danger ? "button danger" : "button";
  made.textContent = label;
  made.setAttribute("aria-label", fill(name, { name: person.name }));
  made.addEventListener("click", async () => {
    made.disabled = true;
    if (await attempt(work)) await load();
    else made.disabled = false;
  });
  return made;
}

function row(person) {
  const made = document.createElement("tr");
  const name = cell(made, person.name, "th");
  name.scope = "row";
  if (person.admin) {
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = words.admin;
    name.append(" ", tag);
  }
  const time = document.createElement("time");
  time.textContent = words.never;
  if (person.last_activity) writeTime(time, person.last_activity);
  cell(made, person.last_activity ? time : words.never);
  const state = document.createElement("span");
  state.className = person.server ? "tag good" : person.pending ? "tag care" : "tag";
  state.textContent = person.server ? words.open : person.pending ? words.starting : words.closed;
  cell(made, state);
  const actions = cell(made, "");
  const path = `users/${encodeURIComponent(person.name)}`;
  if (person.server || person.pending) {
    actions.append(button(person, words.stopLabel, words.stop, true, () => call("DELETE", `${path}/server`)), " ");
  } else {
    actions.append(button(person, words.startLabel, words.start, false, () => call("POST", `${path}/server`)), " ");
  }
  if (person.name !== page.user) {
    const sure = fill(words.sure, { name: person.name });
    const remove = () => (confirm(sure) ? call("DELETE", path) : null);
    actions.append(button(person, words.removeLabel, words.remove, true, remove));
  }
  return made;
}

async function load() {
  const mine = ++request;
  const filter = document.getElementById("filter").value.trim();
  const asked = new URLSearchParams({ offset, limit });
  if (filter) asked.set("name_filter", filter);
  await attempt(async () => {
    const answer = await fetch(`${page.baseUrl}api/users?${asked}`, {
      headers: { Accept: "application/jupyterhub-pagination+json", "X-XSRFToken": page.xsrf },
    });
    if (!answer.ok) throw new Error(answer.status);
    const { items, _pagination: pages } = await answer.json();
    // An answer that comes late is not what was asked last.
    if (mine !== request) return;
    rows.replaceChildren(...items.map(row));
    const span = { from: offset + 1, to: offset + items.length, all: pages.total };
    document.getElementById("count").textContent = items.length ? fill(words.count, span) : words.nobody;
    document.getElementById("before").disabled = offset === 0;
    document.getElementById("after").disabled = !pages.next;
  });
}

document.getElementById("filter").addEventListener("input", () => {
  offset = 0;
  load();
});
document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("before").addEventListener("click", () => {
  offset = Math.max(0, offset - limit);
  load();
});
document.getElementById("after").addEventListener("click", () => {
  offset += limit;
  load();
});
document.getElementById("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = document.getElementById("names");
  const usernames = box.value.split("\n").map((each) => each.trim()).filter(Boolean);
  if (await attempt(() => call("POST", "users", { usernames, admin: false }))) {
    box.value = "";
    tell("");
    await load();
  }
});
load();
