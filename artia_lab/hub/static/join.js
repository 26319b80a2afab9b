// A link that people follow carries the code after “#”, which browsers send to nobody: it is put in the form here.
const field = document.querySelector("[data-from-link]");

function take() {
  const carried = decodeURIComponent(location.hash.slice(1));
  if (field && carried) {
    field.value = carried;
    // The code stays neither in the address bar nor in the history.
    history.replaceState(null, "", location.pathname + location.search);
  }
}

function next() {
  // The first field that will not do, or else the first one that is empty.
  const fields = [...document.querySelectorAll("form input:not([type=hidden])")];
  return document.querySelector("[aria-invalid]") ?? fields.find((each) => !each.value);
}

addEventListener("hashchange", take);
take();
next()?.focus();
