// The panel in the browser: native controls, and what the kernel says of the run.
// What must work while the kernel is busy (stopping, seeing what was made) asks the Jupyter server first.

const ACTIVE = ["queued", "running"];
const FOCUSABLE = ["input", "select", "textarea", "button", "summary", "audio"];
let panels = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  // JupyterLab would take arrows, digits and Enter for itself; it looks for this on whatever has the focus.
  if (FOCUSABLE.includes(tag) || "tabindex" in attributes) node.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// ── The server ──────────────────────────────────────────────────────────────

function server() {
  const data = document.getElementById("jupyter-config-data");
  if (!data) return null;
  const config = JSON.parse(data.textContent);
  return { address: new URL(config.baseUrl || "/", location.href).href, token: config.token || "" };
}

async function ask(path, method = "GET") {
  const there = server();
  if (!there) throw new Error("no Jupyter server here");
  const headers = {};
  const cookie = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
  if (cookie) headers["X-XSRFToken"] = decodeURIComponent(cookie[1]);
  if (there.token) headers.Authorization = `token ${there.token}`;
  const answer = await fetch(`${there.address}artia/api/${path}`, { method, headers, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

// ── The losses of a training under way ──────────────────────────────────────

const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

function lossCurve() {
  const wide = 640, high = 150, left = 44, right = 12, top = 10, bottom = 24;
  const svg = drawn("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", class: "artia-curve" });
  const legend = make("figcaption", { class: "artia-legend", "aria-hidden": "true" });
  const figure = make("figure", { class: "artia-losses", hidden: true }, svg, legend);

  function show(curve) {
    figure.hidden = !curve.lines;
    if (!curve.lines) return;
    const round = 10 ** Math.floor(Math.log10(curve.highest));
    const highest = Math.ceil(curve.highest / round / 2) * 2 * round;
    const across = (step) => left + step / curve.steps * (wide - left - right);
    const down = (loss) => top + (1 - loss / highest) * (high - top - bottom);
    const number = (value) => value.toLocaleString(figure.closest("[lang]")?.lang || undefined, { maximumSignificantDigits: 3 });
    const parts = [];
    for (const share of [0, 0.5, 1]) {
      const y = down(share * highest);
      parts.push(drawn("line", { x1: left, x2: wide - right, y1: y, y2: y, class: "artia-grid" }));
      parts.push(drawn("text", { x: left - 7, y: y + 4, "text-anchor": "end" }, number(share * highest)));
    }
    parts.push(drawn("text", { x: left, y: high - 6 }, "0"));
    parts.push(drawn("text", { x: wide - right, y: high - 6, "text-anchor": "end" }, number(curve.steps)));
    for (const { kind, points } of curve.lines) {
      const places = points.map(([step, loss]) => `${across(step).toFixed(1)},${down(loss).toFixed(1)}`);
      parts.push(drawn("polyline", { points: places.join(" "), class: `artia-line artia-is-${kind}` }));
      const [x, y] = places.at(-1).split(",");
      parts.push(drawn("circle", { cx: x, cy: y, r: 3.5, class: `artia-end artia-is-${kind}` }));
    }
    svg.setAttribute("aria-label", curve.said);
    svg.replaceChildren(...parts);
    legend.replaceChildren(make("span", {}, curve.label), ...curve.lines.map(({ kind, name }) => {
      const sample = drawn("svg", { viewBox: "0 0 28 8", width: 28, height: 8 });
      sample.append(drawn("line", { x1: 1, x2: 27, y1: 4, y2: 4, class: `artia-line artia-is-${kind}` }));
      return make("span", {}, sample, name);
    }));
  }

  return { figure, show };
}

// ── Files of a run: from the server, else from the kernel ───────────────────

function fetcher(model) {
  const waiting = new Map();
  let asked = 0;
  const heard = (message, buffers) => {
    if (message.kind !== "file" || !waiting.has(message.id)) return;
    const [resolve, reject] = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.found) resolve(new Blob([buffers[0]]));
    else reject(new Error("not found"));
  };
  model.on("msg:custom", heard);

  function fromKernel(run, path) {
    return new Promise((resolve, reject) => {
      const id = `${Math.random()}-${(asked += 1)}`;
      waiting.set(id, [resolve, reject]);
      model.send({ kind: "file", id, run, path });
    });
  }

  return {
    async file(run, output) {
      const path = output.file.split("/").map(encodeURIComponent).join("/");
      try {
        return await (await ask(`runs/${run}/files/${path}`)).blob();
      } catch {
        return fromKernel(run, output.path);
      }
    },
    async preview(run, path, number) {
      try {
        return await (await ask(`runs/${run}/preview?number=${number}`)).blob();
      } catch {
        return fromKernel(run, path);
      }
    },
    leave: () => model.off("msg:custom", heard),
  };
}

// ── The controls ────────────────────────────────────────────────────────────

function controls(model, words, prefix, changed) {
  const shown = new Map(); // name → {node, set(value), mistake, first focusable}

  function row(field, control, focusable, set) {
    const id = `${prefix}-${field.name}`;
    const mistake = make("p", { class: "artia-mistake", id: `${id}-mistake`, hidden: true });
    const help = make("p", { class: "artia-help", id: `${id}-help` }, field.help);
    const node = make("div", { class: `artia-field artia-${field.kind}` }, ...control, mistake, help);
    shown.set(field.name, { node, set, mistake, focusable, field });
    return node;
  }

  const about = (field) => `${prefix}-${field.name}-mistake ${prefix}-${field.name}-help`;

  function heading(field, id) {
    const unit = field.unit ? make("span", { class: "artia-unit" }, field.unit) : null;
    return make("div", { class: "artia-label" }, make("label", { for: id }, field.label), unit);
  }

  function number(field) {
    const id = `${prefix}-${field.name}`;
    const exact = make("input", {
      type: "number", id: `${id}-exact`, min: field.low, max: field.high,
      step: field.kind === "whole" ? field.step : "any",
      "aria-label": filled(words.exact, { label: field.label }), "aria-describedby": about(field),
    });
    const slider = make("input", {
      type: "range", id, min: field.low, max: field.high, step: field.step, "aria-describedby": about(field),
    });
    const paint = () => {
      const share = (slider.value - field.low) / (field.high - field.low || 1);
      slider.style.setProperty("--artia-share", share);
      slider.setAttribute("aria-valuetext", field.unit ? `${exact.value} ${field.unit}` : exact.value);
    };
    slider.addEventListener("input", () => {
      exact.value = slider.value;
      paint();
      changed(field.name, slider.valueAsNumber);
    });
    exact.addEventListener("input", () => {
      if (exact.value !== "") slider.value = exact.value;
      paint();
      changed(field.name, exact.value === "" ? null : exact.valueAsNumber);
    });
    const set = (value) => {
      if (document.activeElement !== exact) exact.value = value ?? "";
      slider.value = value ?? field.low;
      paint();
    };
    const label = heading(field, id);
    label.append(exact);
    if (field.unit) label.append(label.querySelector(".artia-unit"));
    return row(field, [label, slider], slider, set);
  }

  function seed(field) {
    const id = `${prefix}-${field.name}`;
    const box = make("input", {
      type: "number", id, min: field.low, max: field.high, step: 1, "aria-describedby": about(field),
      oninput: () => changed(field.name, box.value === "" ? null : box.valueAsNumber),
    });
    const another = make("button", {
      type: "button", class: "artia-quiet",
      onclick: () => {
        const drawn = crypto.getRandomValues(new Uint32Array(1))[0] % 10000;
        box.value = drawn;
        changed(field.name, drawn);
      },
    }, words.another_seed);
    const set = (value) => { if (document.activeElement !== box) box.value = value ?? ""; };
    return row(field, [heading(field, id), make("div", { class: "artia-pair" }, box, another)], box, set);
  }

  function toggle(field) {
    const id = `${prefix}-${field.name}`;
    const box = make("input", {
      type: "checkbox", id, "aria-describedby": about(field), onchange: () => changed(field.name, box.checked),
    });
    const label = make("div", { class: "artia-label" }, box, make("label", { for: id }, field.label));
    return row(field, [label], box, (value) => { box.checked = Boolean(value); });
  }

  function select(field) {
    const id = `${prefix}-${field.name}`;
    const list = make("select", {
      id, "aria-describedby": about(field), onchange: () => changed(field.name, list.value),
    });
    const fill = (choices, value) => {
      const known = choices.some(([each]) => each === value);
      const all = known ? choices : [...choices, [value, value]];
      list.replaceChildren(...all.map(([each, label]) => make("option", { value: each }, label)));
      list.value = value;
    };
    const choices = () => field.kind === "choice"
      ? field.choices
      : [["", words.let_choose], ...(model.get("files")[field.medium] ?? []).map((file) => [file, file])];
    return row(field, [heading(field, id), list], list, (value) => fill(choices(), value ?? ""));
  }

  function text(field) {
    const id = `${prefix}-${field.name}`;
    const short = field.max_length <= 80;
    const box = make(short ? "input" : "textarea", {
      id, type: short ? "text" : null, rows: short ? null : 3, maxlength: field.max_length,
      "aria-describedby": about(field), oninput: () => changed(field.name, box.value),
    });
    return row(field, [heading(field, id), box], box, (value) => { if (box.value !== value) box.value = value ?? ""; });
  }

  const builders = { whole: number, real: number, switch: toggle, choice: select, item: select, line: text };
  return {
    shown,
    build: (field) => (field.name === "seed" ? seed : builders[field.kind])(field),
    set(values) {
      for (const [name, { set }] of shown) set(values[name]);
    },
    complain(mistakes) {
      for (const [name, { mistake, node, focusable }] of shown) {
        const said = mistakes[name] ?? "";
        mistake.textContent = said;
        mistake.hidden = !said;
        for (const input of node.querySelectorAll("input, select, textarea")) {
          if (said) input.setAttribute("aria-invalid", "true");
          else input.removeAttribute("aria-invalid");
        }
        if (said) focusable.closest("details")?.setAttribute("open", "");
      }
    },
  };
}

// ── The corpus ──────────────────────────────────────────────────────────────

function corpusChooser(model, words, prefix, choose) {
  const OTHER = "\0other";
  let lookingElsewhere = false;
  const id = `${prefix}-corpus`;
  const about = `${id}-mistake ${id}-terms`;
  const list = make("select", { id, "aria-describedby": about });
  const path = make("input", { type: "text", id: `${id}-folder`, "aria-describedby": `${about} ${id}-folder-help`, spellcheck: "false" });
  const use = make("button", { type: "button", class: "artia-quiet" }, words.use_folder);
  const other = make("div", { class: "artia-field artia-folder", hidden: true },
    make("div", { class: "artia-label" }, make("label", { for: path.id }, words.folder)),
    make("div", { class: "artia-pair" }, path, use),
    make("p", { class: "artia-help", id: `${id}-folder-help` }, words.folder_help));
  const mistake = make("p", { class: "artia-mistake", id: `${id}-mistake`, hidden: true });
  const terms = make("div", { class: "artia-terms", id: `${id}-terms` });
  const node = make("div", { class: "artia-field" },
    make("div", { class: "artia-label" }, make("label", { for: id }, words.corpus)), list, other, mistake, terms);

  list.addEventListener("change", () => {
    lookingElsewhere = list.value === OTHER;
    other.hidden = !lookingElsewhere;
    if (lookingElsewhere) path.focus();
    else choose(list.value);
  });
  const take = () => {
    if (!path.value.trim()) return;
    lookingElsewhere = false;
    choose(path.value.trim());
  };
  use.addEventListener("click", take);
  path.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); take(); } });

  return {
    node,
    focusable: () => (other.hidden ? list : path),
    update() {
      const chosen = model.get("corpus");
      const offered = model.get("corpora");
      const known = offered.some((each) => each.id === chosen);
      list.replaceChildren(
        ...offered.map((each) => make("option", { value: each.id }, each.label)),
        make("option", { value: OTHER }, words.another_folder));
      list.value = known && !lookingElsewhere ? chosen : OTHER;
      other.hidden = list.value !== OTHER;
      if (!known && document.activeElement !== path) path.value = chosen;
      const said = model.get("mistakes").corpus ?? "";
      mistake.textContent = said;
      mistake.hidden = !said;
      for (const input of [list, path]) {
        if (said) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
      const { sentence = "", consent = "", warning = "" } = model.get("terms");
      terms.replaceChildren(
        make("p", { class: "artia-help" }, sentence),
        consent ? make("p", { class: "artia-help" }, filled(words.consent, { consent })) : "",
        warning ? make("p", { class: "artia-warning" }, warning) : "");
    },
  };
}

// ── What was made ───────────────────────────────────────────────────────────

// From more works than this, they stand side by side.
const MANY = 3;

function size(words, bytes) {
  if (bytes < 1000) return filled(words.bytes, { n: bytes });
  if (bytes < 1e6) return filled(words.kilobytes, { n: Math.round(bytes / 1e3) });
  return filled(words.megabytes, { n: (bytes / 1e6).toLocaleString(words.language, { maximumFractionDigits: 1 }) });
}

// As the lab writes it: commas, double quotes, no newline outside of quotes but between rows.
function rows(csv) {
  const found = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    found.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") found.push([]);
    if (end === "") break;
  }
  return found.filter((row) => row.some(Boolean));
}

function table(csv, output) {
  const [head = [], ...body] = rows(csv);
  const shown = body.slice(0, 100).map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return make("div", { class: "artia-table", tabindex: 0, role: "region", "aria-label": output.label },
    make("table", {}, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))),
      make("tbody", {}, ...shown)));
}

// The shape of a sound; an ornament, since the player says the rest.
async function draw(canvas, content) {
  const sound = await new OfflineAudioContext(1, 1, 44100).decodeAudioData(content);
  const samples = sound.getChannelData(0);
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(canvas).color;
  for (let x = 0; x < canvas.width; x += 3) {
    let highest = 0.005;
    const end = Math.floor(((x + 3) / canvas.width) * samples.length);
    for (let n = Math.floor((x / canvas.width) * samples.length); n < end; n += 1) highest = Math.max(highest, Math.abs(samples[n]));
    const height = Math.min(1, highest) * canvas.height;
    pen.fillRect(x, (canvas.height - height) / 2, 2, height);
  }
}

function gallery(model, words, files, language) {
  const addresses = [];
  const address = (blob) => {
    addresses.push(URL.createObjectURL(blob));
    return addresses.at(-1);
  };

  function save(run, output) {
    return make("button", {
      type: "button", class: "artia-quiet artia-download",
      onclick: async (event) => {
        const button = event.currentTarget;
        try {
          const link = make("a", { href: address(await files.file(run, output)), download: output.file });
          link.click();
        } catch {
          button.after(make("p", { class: "artia-mistake", role: "alert" }, filled(words.not_found, { run })));
        }
      },
    }, filled(words.download, { name: output.file, size: size({ ...words, language }, output.bytes) }));
  }

  async function fill(place, run, output) {
    try {
      const blob = await files.file(run, output);
      if (output.medium === "image") {
        const picture = make("img", { src: address(blob), alt: output.label });
        await picture.decode().catch(() => {});
        // A small picture is enlarged by whole pixels, a large one shrunk to the width there is.
        if (picture.naturalWidth < 200) picture.classList.add("artia-small-picture");
        place.replaceChildren(picture);
      } else if (output.medium === "audio") {
        const wave = make("canvas", { class: "artia-wave", width: 1200, height: 180, "aria-hidden": "true" });
        place.replaceChildren(wave, make("audio", { controls: true, src: address(blob), "aria-label": output.label }));
        draw(wave, await blob.arrayBuffer());
      } else if (output.medium === "table") {
        place.replaceChildren(table(await blob.text(), output));
      } else {
        place.replaceChildren(make("div", { class: "artia-text", tabindex: 0, role: "region", "aria-label": output.label }, await blob.text()));
      }
    } catch {
      place.replaceChildren(make("p", { class: "artia-mistake" }, filled(words.not_found, { run })));
    }
  }

  function shown(run, output) {
    const known = ["image", "audio", "text", "table"].includes(output.medium);
    const place = make("div", { class: "artia-frame" }, known ? make("p", { class: "artia-help" }, words.loading) : "");
    if (known) fill(place, run, output);
    else place.remove();
    const said = [output.likeness, output.nearest].filter(Boolean).join(" ");
    return make("figure", { class: `artia-output artia-${output.kind}` }, known ? place : "",
      make("figcaption", {}, said ? make("p", {}, said) : "", save(run, output)));
  }

  return {
    show(outcome) {
      const works = outcome.works.map((each) => shown(outcome.run, each));
      const parts = works.length > MANY ? [make("div", { class: "artia-many" }, ...works)] : works;
      const facts = [outcome.energy, outcome.credit, outcome.private].filter(Boolean);
      if (facts.length) parts.push(make("div", { class: "artia-facts" }, ...facts.map((each) => make("p", {}, each))));
      if (outcome.warnings.length) {
        parts.push(make("ul", { class: "artia-notes", "aria-label": words.notes }, ...outcome.warnings.map((each) => make("li", {}, each))));
      }
      if (outcome.traces.length) {
        const details = make("details", { class: "artia-traces" }, make("summary", {}, words.traces));
        details.addEventListener("toggle", () => {
          if (details.open && details.children.length === 1) {
            details.append(...outcome.traces.map((each) => shown(outcome.run, each)));
          }
        });
        parts.push(details);
      }
      const there = server();
      if (there) {
        const link = make("a", { href: `${there.address}artia/works`, target: "_blank", rel: "noopener" }, words.works);
        parts.push(make("p", { class: "artia-works" }, link));
      }
      const used = outcome.parameters.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]);
      parts.push(make("details", { class: "artia-used" }, make("summary", {}, words.settings_used), make("dl", {}, ...used)));
      return parts;
    },
    address,
    forget() {
      for (const each of addresses.splice(0)) URL.revokeObjectURL(each);
    },
  };
}

// ── The whole ───────────────────────────────────────────────────────────────

function render({ model, el }) {
  const words = model.get("words");
  const experiment = model.get("experiment");
  const prefix = `artia-panel-${(panels += 1)}`;
  const files = fetcher(model);
  const results = gallery(model, words, files, model.get("language"));
  let asking = null; // a timer, between Run and the kernel's answer
  let shownRun = null;
  let shownPreview = null;
  let fetching = false;
  let sending = null;
  const pending = {};

  // Values go to the kernel a moment after the last movement of a slider.
  function send() {
    clearTimeout(sending);
    sending = null;
    model.set("values", { ...model.get("values"), ...pending });
    for (const name of Object.keys(pending)) delete pending[name];
    model.save_changes();
  }
  function changed(name, value) {
    pending[name] = value;
    clearTimeout(sending);
    sending = setTimeout(send, 120);
  }

  const form = controls(model, words, prefix, changed);
  const corpus = corpusChooser(model, words, prefix, (chosen) => {
    model.set("corpus", chosen);
    model.save_changes();
  });
  const declared = model.get("form");
  const seed = declared.find((field) => field.name === "seed");
  const first = declared.filter((field) => field.first && field !== seed).map(form.build);
  const others = declared.filter((field) => !field.first).map(form.build);

  const run = make("button", { type: "button", class: "artia-run" }, words.run);
  const stop = make("button", { type: "button", class: "artia-stop", hidden: true }, words.stop);
  const resume = make("button", { type: "button", class: "artia-resume artia-quiet", hidden: true }, words.resume);
  const refusal = make("p", { class: "artia-mistake", role: "alert" });
  const status = make("p", { class: "artia-status", role: "status", "aria-live": "polite" });
  const bar = make("progress", { "aria-label": words.running, hidden: true });
  const detail = make("p", { class: "artia-detail" });
  const notice = make("p", { class: "artia-notice" });
  const stage = make("div", { class: "artia-stage" });
  const losses = lossCurve();

  const title = make("p", { class: "artia-title", id: `${prefix}-title` }, experiment.title);
  const root = make("section", { class: "artia", lang: model.get("language"), "aria-labelledby": title.id },
    make("header", {}, title, make("p", { class: "artia-description" }, experiment.description)),
    make("div", { class: "artia-columns" },
      make("div", { class: "artia-form", role: "group", "aria-label": words.settings },
        corpus.node, ...first, form.build(seed),
        others.length ? make("details", { class: "artia-more" }, make("summary", {}, words.more), ...others) : null),
      make("div", { class: "artia-result", role: "group", "aria-label": words.stage },
        make("div", { class: "artia-actions" }, run, stop, resume, make("div", { class: "artia-state" }, status, detail)),
        bar, refusal, notice, losses.figure, stage)));
  el.classList.add("artia-host");
  el.append(root);

  const active = () => ACTIVE.includes(model.get("progress").state);

  run.addEventListener("click", () => {
    if (run.hasAttribute("aria-disabled")) return;
    clearTimeout(sending);
    refusal.textContent = "";
    status.textContent = words.asked;
    await_answer({ kind: "run", corpus: model.get("corpus"), values: { ...model.get("values"), ...pending } });
  });

  resume.addEventListener("click", () => {
    if (run.hasAttribute("aria-disabled")) return;
    refusal.textContent = "";
    status.textContent = words.asked;
    await_answer({ kind: "resume" });
  });

  function await_answer(message) {
    run.setAttribute("aria-disabled", "true");
    model.send(message);
    clearTimeout(asking);
    asking = setTimeout(() => { refusal.textContent = words.no_kernel; }, 8000);
  }

  stop.addEventListener("click", async () => {
    if (stop.hasAttribute("aria-disabled")) return;
    const { run: id } = model.get("progress");
    stop.setAttribute("aria-disabled", "true");
    status.textContent = words.stopping;
    try {
      await ask(`runs/${id}/stop`, "POST");
    } catch {
      model.send({ kind: "stop", run: id });
    }
  });

  function answered() {
    clearTimeout(asking);
    asking = null;
    if (!active()) run.removeAttribute("aria-disabled");
    refusal.textContent = "";
  }

  function complain() {
    const mistakes = model.get("mistakes");
    form.complain(mistakes);
    corpus.update();
    if (mistakes[""]) refusal.textContent = mistakes[""];
  }

  // The kernel refused to start: show where, and bring the person there.
  function refused(message) {
    if (message.kind !== "refused") return;
    answered();
    complain();
    status.textContent = "";
    const mistakes = model.get("mistakes");
    const where = mistakes.corpus ? corpus.focusable() : [...form.shown.values()].find(({ field }) => mistakes[field.name])?.focusable;
    where?.focus();
    const label = mistakes.corpus ? words.corpus : [...form.shown.values()].find(({ field }) => mistakes[field.name])?.field.label;
    refusal.textContent = mistakes[""] || (label ? filled(words.look_here, { label }) : "");
  }

  function elapsed(seconds) {
    const whole = Math.round(seconds ?? 0);
    if (whole < 60) return filled(words.seconds, { seconds: whole });
    return filled(words.minutes, { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  }

  // The pace is measured from the first step seen: a run that goes on from a checkpoint does not begin at 0.
  let pace = null;
  function left(progress) {
    if (!progress.steps) return "";
    const now = Date.now() / 1000;
    if (pace?.run !== progress.run) pace = { run: progress.run, step: progress.step, since: now };
    const done = progress.step - pace.step;
    if (done <= 0 || now - pace.since < 4) return "";
    const seconds = (progress.steps - progress.step) / done * (now - pace.since);
    return seconds < 5 ? "" : filled(words.left, { time: elapsed(seconds) });
  }

  let began = 0;
  function tell() {
    const progress = model.get("progress");
    detail.textContent = active()
      ? [
        progress.steps ? filled(words.step, progress) : "",
        elapsed(Date.now() / 1000 - began),
        left(progress),
        progress.energy_j ? filled(words.energy_so_far, { joules: Math.round(progress.energy_j) }) : "",
      ].filter(Boolean).join(" · ")
      : "";
  }
  const clock = setInterval(tell, 1000);

  async function showPreview(progress) {
    if (!progress.preview || progress.preview_number === shownPreview || fetching) return;
    fetching = true;
    shownPreview = progress.preview_number;
    try {
      const blob = await files.preview(progress.run, progress.preview, progress.preview_number);
      if (!active()) return;
      const kind = progress.preview.split(".").at(-1);
      if (kind === "txt") {
        stage.replaceChildren(make("div", { class: "artia-text artia-preview", tabindex: 0, role: "region", "aria-label": words.preview }, await blob.text()));
      } else if (kind === "png") {
        const picture = make("img", { class: "artia-preview", src: results.address(blob), alt: words.preview });
        await picture.decode().catch(() => {});
        if (active()) stage.replaceChildren(make("div", { class: "artia-frame" }, picture));
      } else if (!stage.querySelector("audio.artia-preview")?.matches(":focus")) {
        stage.replaceChildren(make("audio", { class: "artia-preview", controls: true, src: results.address(blob), "aria-label": words.preview }));
      }
    } catch {
      // The next preview, or the result, takes its place.
    } finally {
      fetching = false;
      if (active()) showPreview(model.get("progress"));
    }
  }

  function turn({ position, reason, expected_s }) {
    if (!position) return reason ? "" : words.asked;
    if (expected_s === 0) return filled(words.waiting_soon, { position });
    if (expected_s) {
      const minutes = Math.round(expected_s / 60);
      const time = expected_s < 60 ? elapsed(expected_s) : filled(words.whole_minutes, { minutes });
      return filled(words.waiting_expected, { position, time });
    }
    return filled(words.waiting_position, { position });
  }

  function said(progress) {
    if (progress.state === "queued") {
      return [turn(progress), progress.reason].filter(Boolean).join(" ");
    }
    if (progress.state === "running") return words.running;
    if (progress.state === "gone") return words.gone;
    return model.get("outcome").sentence ?? "";
  }

  function update() {
    const progress = model.get("progress");
    const busy = active();
    if (asking !== null && progress.run) answered();
    if (progress.run !== shownRun && busy) {
      shownRun = progress.run;
      shownPreview = null;
      results.forget();
      stage.replaceChildren(make("div", { class: "artia-empty" }));
    }
    // Run stays where it is, so that neither the focus nor a second click falls on Stop.
    if (!busy && document.activeElement === stop) run.focus();
    if (busy && document.activeElement === resume) run.focus();
    stop.hidden = !busy;
    resume.hidden = busy || !model.get("resumable");
    if (busy) run.setAttribute("aria-disabled", "true");
    else if (asking === null) run.removeAttribute("aria-disabled");
    run.textContent = progress.run && !busy ? words.run_again : words.run;
    if (!busy) stop.removeAttribute("aria-disabled");
    const sentence = stop.getAttribute("aria-disabled") && busy ? words.stopping : said(progress);
    if (asking === null && status.textContent !== sentence) status.textContent = sentence;
    status.className = `artia-status artia-is-${progress.state ?? "idle"}`;
    bar.hidden = !busy;
    if (progress.steps) {
      bar.max = progress.steps;
      bar.value = progress.step;
    } else {
      bar.removeAttribute("value");
    }
    began = Date.now() / 1000 - (progress.seconds ?? 0);
    tell();
    notice.textContent = model.get("notice");
    notice.hidden = !notice.textContent;
    root.classList.toggle("artia-busy", busy);
    losses.show(busy ? model.get("curve") : {});
    if (busy) showPreview(progress);
    else show();
  }

  let shownOutcome = null;
  function show() {
    const outcome = model.get("outcome");
    if (active()) {
      shownOutcome = null;
      return;
    }
    if (!outcome.run) {
      if (!stage.querySelector("p")) stage.replaceChildren(make("p", { class: "artia-empty" }, words.empty));
      return;
    }
    if (shownOutcome === outcome.run) return;
    shownOutcome = outcome.run;
    stage.replaceChildren(...results.show(outcome));
  }

  const fill = () => form.set({ ...model.get("values"), ...pending });
  const heeded = {
    "change:progress": update,
    "change:curve": update,
    "change:outcome": update,
    "change:notice": update,
    "change:resumable": update,
    "change:values": fill,
    "change:files": fill,
    "change:mistakes": complain,
    "change:corpus": corpus.update,
    "change:corpora": corpus.update,
    "change:terms": corpus.update,
    "msg:custom": refused,
  };
  for (const [event, callback] of Object.entries(heeded)) model.on(event, callback);
  fill();
  complain();
  update();

  return () => {
    clearTimeout(sending);
    clearTimeout(asking);
    clearInterval(clock);
    for (const [event, callback] of Object.entries(heeded)) model.off(event, callback);
    files.leave();
    results.forget();
  };
}

export default { render };
