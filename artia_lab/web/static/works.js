/* The page of works: publishing one, following how it goes, and what may be shown in the exhibition. */
const page = document.body.dataset;
const POLL_MS = 1500;

async function ask(method, path, content) {
  const cookie = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
  const answer = await fetch(`${page.baseUrl}artia/api/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-XSRFToken": cookie ? decodeURIComponent(cookie[1]) : "" },
    body: content === undefined ? undefined : JSON.stringify(content),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.message || page.problem);
  return said;
}

const sleep = (time) => new Promise((done) => setTimeout(done, time));

async function follow(form, run) {
  form.querySelector(".said").textContent = page.publishing;
  form.querySelector("button").disabled = true;
  let state = { state: "working" };
  while (state.state === "working") {
    await sleep(POLL_MS);
    // A server that is silent for a moment is asked again.
    state = await ask("GET", `runs/${run}/publication`).catch(() => state);
  }
  form.querySelector(".said").textContent = "";
  form.querySelector("button").disabled = false;
  if (state.state === "published") {
    history.replaceState(null, "", `${page.baseUrl}artia/works#published`);
    location.reload();
  } else form.querySelector(".mistake").textContent = state.sentence || page.problem;
}

for (const form of document.querySelectorAll("form[data-run]")) {
  const { run } = form.dataset;
  const authors = form.elements.authors;
  authors.value = localStorage.getItem("artia-authors") ?? "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const mistake = form.querySelector(".mistake");
    mistake.textContent = "";
    const { title, licence, exhibited } = form.elements;
    try {
      await ask("POST", `runs/${run}/publication`, {
        title: title.value,
        authors: authors.value,
        licence: licence.value,
        exhibited: exhibited?.checked ?? false,
      });
      localStorage.setItem("artia-authors", authors.value);
    } catch (error) {
      mistake.textContent = error.message;
      return;
    }
    await follow(form, run);
  });
  form.closest("details").addEventListener("toggle", async (event) => {
    // What was begun before the page was closed is still under way.
    if (event.target.open && (await ask("GET", `runs/${run}/publication`)).state === "working") follow(form, run);
  });
}

for (const box of document.querySelectorAll("[data-exhibit]")) {
  box.addEventListener("change", async () => {
    const agreed = box.checked;
    try {
      await ask("PUT", `publications/${box.dataset.exhibit}/exhibition`, { agreed, shown_name: box.dataset.shownName });
      document.getElementById("exhibited").textContent = agreed ? page.shown : page.hidden;
    } catch (error) {
      box.checked = !agreed;
      document.getElementById("problem").textContent = error.message;
    }
  });
}

const written = new Intl.DateTimeFormat(document.documentElement.lang === "fr" ? "fr-CA" : "en-CA", {
  dateStyle: "long",
  timeStyle: "short",
});
for (const time of document.querySelectorAll("time")) time.textContent = written.format(new Date(time.dateTime));

const SMALL_PX = 200;
for (const picture of document.querySelectorAll(".gallery img")) {
  const look = () => picture.classList.toggle("small", picture.naturalWidth > 0 && picture.naturalWidth < SMALL_PX);
  if (picture.complete) look();
  else picture.addEventListener("load", look);
}
