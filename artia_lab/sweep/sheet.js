"use strict";
{
  const group = document.querySelector(".order");
  const status = group.querySelector("[role=status]");
  const buttons = [...group.querySelectorAll("button")];
  const again = document.querySelector(".again");
  const others = [...again.parentNode.children].filter((each) => each !== again);
  const cells = [...document.querySelectorAll(".cell")];
  const homes = cells.map((cell) => cell.parentNode);
  const arrows = { ascending: " ↑", descending: " ↓" };

  const number = (cell, key) => Number(cell.dataset[key] ?? NaN);

  // What is not known comes last, whichever way the rest goes.
  const compare = (key, sign) => (a, b) => {
    const [x, y] = [number(a, key), number(b, key)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return sign * (x - y);
  };

  const arrange = (button) => {
    const key = button.dataset.key;
    const down = button.dataset.way === "ascending";
    for (const each of buttons) {
      each.setAttribute("aria-pressed", String(each === button));
      each.querySelector(".arrow").textContent = "";
      if (each !== button || !key) delete each.dataset.way;
    }
    if (key) {
      button.dataset.way = down ? "descending" : "ascending";
      button.querySelector(".arrow").textContent = arrows[button.dataset.way];
      again.querySelector("ol").append(...[...cells].sort(compare(key, down ? -1 : 1)));
    } else {
      cells.forEach((cell, place) => homes[place].append(cell));
    }
    again.hidden = !key;
    for (const each of others) each.hidden = Boolean(key);
    const said = button.querySelectorAll("template");
    status.replaceChildren(said[key && down ? 1 : 0].content.cloneNode(true));
  };

  for (const button of buttons) button.addEventListener("click", () => arrange(button));
  group.hidden = false;
}
