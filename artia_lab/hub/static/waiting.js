/* The waiting page: who is before, how long it should take, why, and the way to the seat once it is ready. */
import { fill } from "./hub.js";

const card = document.getElementById("waiting");
const words = card.dataset;
const lines = { turn: null, wait: null, reason: null };
for (const name of Object.keys(lines)) lines[name] = document.getElementById(name);
const bar = document.getElementById("progress");

function write(line, sentence) {
  // A screen reader says again whatever is written, changed or not.
  if (line.textContent === sentence) return;
  line.textContent = sentence;
  line.hidden = !sentence;
}

function turn(position) {
  if (position <= 0) return words.alone;
  if (position === 1) return words.next;
  if (position === 2) return words.behindOne;
  return fill(words.behindMany, { count: position - 1 });
}

function wait(seconds) {
  if (seconds < 20) return words.moment;
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? words.minute : fill(words.minutes, { count: minutes });
}

const events = new EventSource(words.progressUrl);

events.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (event.progress !== undefined) bar.value = event.progress;
  if (event.position !== undefined) write(lines.turn, turn(event.position));
  if (event.expected_s !== undefined) write(lines.wait, event.expected_s === null ? "" : wait(event.expected_s));
  const reason = event.reason?.[document.documentElement.lang];
  if (reason !== undefined) write(lines.reason, reason);
  if (event.ready || event.failed) {
    events.close();
    write(lines.turn, event.ready ? words.ready : words.failed);
    write(lines.wait, "");
    write(lines.reason, "");
    // The hub then leads to the seat, or to the page that says what failed.
    location.replace(location.href);
  }
};

events.onerror = () => write(lines.reason, words.lost);
events.onopen = () => {
  if (lines.reason.textContent === words.lost) write(lines.reason, "");
};
