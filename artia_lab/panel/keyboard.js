// The corpus keyboard in the browser: a page, and what the corpus suggests at the caret.

let keyboards = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  // JupyterLab would take arrows, digits and Enter for itself; it looks for this on whatever has the focus.
  if (tag === "button" || tag === "textarea") node.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const words = model.get("words");
  const prefix = `artia-keyboard-${(keyboards += 1)}`;
  let number = 0; // of the question last asked; older answers are dropped
  let asking = null;
  let keeping = null;
  let announcing = null;

  const page = make("textarea", { id: `${prefix}-page`, rows: 9, "aria-describedby": `${prefix}-help` });
  page.value = model.get("text");
  const list = make("ol", { class: "artia-offered", "aria-label": words.suggestions });
  const live = make("p", { class: "artia-heard", role: "status", "aria-live": "polite" });
  const copy = make("button", {
    type: "button", class: "artia-quiet",
    onclick: async () => {
      await navigator.clipboard.writeText(page.value);
      live.textContent = words.copied;
    },
  }, words.copy);
  const root = make("section", { class: "artia-keyboard", lang: model.get("language"), "aria-label": words.label },
    make("div", { class: "artia-page" },
      make("label", { for: page.id }, words.label), page,
      make("p", { class: "artia-help", id: `${prefix}-help` }, words.help), copy),
    make("div", { class: "artia-side" }, make("p", { class: "artia-side-title", "aria-hidden": "true" }, words.suggestions), list, live));
  el.classList.add("artia-keyboard-host");
  el.append(root);

  function insert(continuation) {
    page.setRangeText(continuation, page.selectionStart, page.selectionEnd, "end");
    page.focus();
    written();
  }

  function show(offered) {
    list.replaceChildren(...offered.map(({ continuation, shown, source }, place) => {
      const cited = make("span", { class: "artia-cited", id: `${prefix}-source-${place}` }, source);
      const key = make("kbd", { "aria-hidden": "true" }, words.shortcut.replace("{number}", place + 1));
      const button = make("button", {
        type: "button", "aria-describedby": cited.id, "aria-keyshortcuts": `Alt+${place + 1}`,
        onclick: () => insert(continuation),
      }, make("span", {}, shown), key);
      return make("li", {}, button, cited);
    }));
    if (!offered.length) list.replaceChildren(make("li", { class: "artia-help" }, words.none));
    // Said only once the hands rest, so that each letter does not bring a litany.
    clearTimeout(announcing);
    announcing = setTimeout(() => {
      if (document.activeElement !== page) return;
      const all = offered.map(({ shown }) => shown).join(", ");
      live.textContent = all ? words.announce.replace("{list}", all) : words.none;
    }, 1500);
  }

  function ask() {
    clearTimeout(asking);
    asking = setTimeout(() => {
      model.send({ kind: "suggest", number: (number += 1), typed: page.value.slice(0, page.selectionEnd) });
    }, 60);
  }

  function written() {
    ask();
    clearTimeout(keeping);
    keeping = setTimeout(() => {
      model.set("text", page.value);
      model.save_changes();
    }, 250);
  }

  function heard(message) {
    if (message.kind === "suggested" && message.number === number) show(message.offered);
  }

  page.addEventListener("input", written);
  page.addEventListener("click", ask);
  page.addEventListener("keyup", (event) => {
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") ask();
  });
  page.addEventListener("keydown", (event) => {
    // By its place on the keyboard: with Alt held down, digits write other signs on some machines.
    const digit = event.code.match(/^Digit([1-9])$/)?.[1];
    if (!event.altKey || event.ctrlKey || event.metaKey || !digit) return;
    const button = list.querySelectorAll("button")[digit - 1];
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  const replaced = () => {
    if (page.value !== model.get("text") && document.activeElement !== page) page.value = model.get("text");
  };
  model.on("msg:custom", heard);
  model.on("change:text", replaced);
  show(model.get("offered"));
  clearTimeout(announcing);

  return () => {
    for (const timer of [asking, keeping, announcing]) clearTimeout(timer);
    model.off("msg:custom", heard);
    model.off("change:text", replaced);
  };
}

export default { render };
