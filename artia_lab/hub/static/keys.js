/* The page of keys: a new one is shown once. */
import { attempt, call } from "./hub.js";

const form = document.getElementById("new-key");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = { note: form.querySelector("#note").value.trim() || form.dataset.unnamed };
  const lasts = Number(form.querySelector("#lasts").value);
  if (lasts) asked.expires_in = lasts;
  const scopes = form.querySelector("#scopes").value.split(/[\s,]+/).filter(Boolean);
  if (scopes.length) asked.scopes = scopes;
  await attempt(async () => {
    const made = await call("POST", form.dataset.path, asked);
    document.getElementById("key").textContent = made.token;
    document.getElementById("made").hidden = false;
  });
});
