/* What the hub's pages share: speaking with its API, buttons that act, times as people write them. */
export const page = document.body.dataset;

export async function call(method, path, content) {
  const answer = await fetch(`${page.baseUrl}api/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-XSRFToken": page.xsrf },
    body: content === undefined ? undefined : JSON.stringify(content),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

export function tell(sentence) {
  const problem = document.getElementById("problem");
  if (problem) problem.textContent = sentence;
}

/* One thing at a time; a failure is a sentence, and what could not be done can be tried again. */
export async function attempt(work) {
  tell("");
  try {
    await work();
    return true;
  } catch (error) {
    console.error(error);
    tell(page.problem);
    return false;
  }
}

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const written = new Intl.DateTimeFormat(document.documentElement.lang === "fr" ? "fr-CA" : "en-CA", {
  dateStyle: "long",
  timeStyle: "short",
});

export function writeTime(element, moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return;
  element.dateTime = date.toISOString();
  element.textContent = written.format(date);
}

const NEXT = {
  reload: () => location.replace(location.href),
  home: () => location.assign(`${page.baseUrl}home`),
  remove: (button) => button.closest("tr").remove(),
};

for (const time of document.querySelectorAll("time")) writeTime(time, time.dateTime);

for (const button of document.querySelectorAll("button[data-method]")) {
  button.addEventListener("click", async () => {
    const label = button.textContent;
    button.disabled = true;
    button.textContent = button.dataset.doing;
    const { method, path, then } = button.dataset;
    if (await attempt(() => call(method, path))) NEXT[then](button);
    else {
      button.textContent = label;
      button.disabled = false;
      button.focus();
    }
  });
}

/* What follows # in an address stays with whoever has to open their seat again. */
for (const link of document.querySelectorAll("a[data-keep-place]")) {
  if (location.hash) link.href += location.hash;
  const { followAfter } = link.dataset;
  if (followAfter) setTimeout(() => location.assign(link.href), 1000 * followAfter);
}

for (const link of document.querySelectorAll("a[data-reload-every]")) {
  setTimeout(() => location.replace(location.href), 1000 * link.dataset.reloadEvery);
}
