/* The extension of JupyterLab, as it is read: JupyterLab asks a container for a module, and gets a plug-in. It needs
   no library and no build, because all it does goes through JupyterLab's commands and the current document. */
(() => {
  const RETRY_MS = 2000;

  /* JupyterLab cuts a notification that is longer, in characters. */
  const LONGEST = 140;

  function page() {
    return JSON.parse(document.getElementById("jupyter-config-data").textContent);
  }

  /* The person's own server; nothing here speaks with any other. */
  function server() {
    const config = page();
    const cookie = document.cookie.split("; ").find((each) => each.startsWith("_xsrf="));
    const headers = { "Content-Type": "application/json" };
    if (cookie) headers["X-XSRFToken"] = cookie.slice("_xsrf=".length);
    if (config.token) headers.Authorization = `token ${config.token}`;
    return { url: new URL(`${config.baseUrl}artia/api/`, location.href).href, headers };
  }

  async function ask(path, content) {
    const { url, headers } = server();
    const method = content === undefined ? "GET" : "POST";
    const body = content === undefined ? undefined : JSON.stringify(content);
    const answer = await fetch(url + path, { method, headers, body, credentials: "same-origin" });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.message || answer.statusText);
    return said;
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /* A text in parts that are shown whole: cut between sentences where it can be, else between words. */
  function parts(text) {
    if (text.length <= LONGEST) return [text];
    const found = [];
    let left = text.trim();
    const most = LONGEST - "10/10 ".length;
    while (left.length > most) {
      const head = left.slice(0, most + 1);
      const sentence = Math.max(...[". ", "! ", "? "].map((end) => head.lastIndexOf(end))) + 1;
      const cut = sentence > most / 3 ? sentence : Math.max(head.lastIndexOf(" "), 0) || most;
      found.push(left.slice(0, cut).trim());
      left = left.slice(cut).trim();
    }
    if (left) found.push(left);
    return found.map((part, place) => `${place + 1}/${found.length} ${part}`);
  }

  async function notify(app, message, type) {
    // It stays until it is read: whoever looks at the room does not miss it.
    const options = { autoClose: false };
    // The last one told stands on top.
    for (const part of parts(message).reverse()) await app.commands.execute("apputils:notify", { message: part, type, options });
  }

  /* Every open view of a document. */
  function views(app, path) {
    return [...app.shell.widgets("main")].filter((each) => each.context?.path === path);
  }

  async function beginAnew(app, path) {
    const open = views(app, path);
    if (open[0]) await open[0].context.save();
    const { message } = await ask("notebooks/anew", { notebook: path });
    if (open[0]) {
      await open[0].context.revert();
      await open[0].sessionContext?.session?.kernel?.restart();
    }
    await notify(app, message, "info");
  }

  async function obey(app, order) {
    if (order.do === "message") await notify(app, order.text, "info");
    else if (order.do === "reset") await beginAnew(app, order.path);
    else if (order.do === "open") {
      await app.commands.execute("docmanager:open", { path: order.path });
      await notify(app, order.text, "info");
    }
  }

  async function listen(app) {
    let last = 0;
    for (;;) {
      try {
        const answer = await ask(`orders?after=${last}`);
        if (!answer.hub) return;
        last = answer.last;
        for (const order of answer.orders) {
          try {
            await obey(app, order);
          } catch (error) {
            await notify(app, String(error.message ?? error), "error");
          }
        }
      } catch {
        await pause(RETRY_MS);
      }
    }
  }

  /* The code cell that the person is in, among the code cells of the notebook. */
  function place(widget) {
    const cells = widget?.content?.widgets;
    const active = widget?.content?.activeCellIndex;
    if (!cells || active === undefined || !widget.context?.path) return null;
    const code = cells.filter((each) => each.model?.type === "code");
    const before = cells.slice(0, active + 1).filter((each) => each.model?.type === "code");
    return { notebook: widget.context.path, cell: before.length, cells: code.length };
  }

  async function follow(app) {
    let told = "";
    for (;;) {
      await pause(1000);
      const now = place(app.shell.currentWidget);
      const written = JSON.stringify(now);
      if (!now || written === told) continue;
      try {
        if (!(await ask("here", now)).known) return;
        told = written;
      } catch {
        await pause(RETRY_MS);
      }
    }
  }

  const plugin = {
    id: "artia-lab:plugin",
    autoStart: true,
    activate: (app) => {
      const { baseUrl, artiaWorks } = page();
      app.commands.addCommand("artia:works", {
        label: artiaWorks,
        execute: () => window.open(`${baseUrl}artia/works`, "_blank", "noopener"),
      });
      app.restored.then(() => {
        listen(app);
        follow(app);
      });
    },
  };

  (window._JUPYTERLAB ??= {})["artia-lab"] = {
    init: () => undefined,
    get: async (name) => {
      if (name !== "./extension") throw new Error(`There is no ${name} in artia-lab.`);
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
