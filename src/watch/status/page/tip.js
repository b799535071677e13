// The one small box that says what is pointed at, and what is said aloud.

const TIP_GAP = 10;
let tip = null;
let voice = null;

function makeTip() {
  tip = make("div", { class: "tip", id: "tip", hidden: true,
    "aria-hidden": "true" });
  voice = make("p", { class: "unseen", id: "voice", role: "status" });
  return [tip, voice];
}

// LINES above or below the place X, Y of the window, within it.
function showTip(lines, x, y) {
  tip.replaceChildren(...lines.map((line, at) =>
    make("div", { class: at === 0 ? "title" : null }, line)));
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const above = y - height - TIP_GAP;

  tip.style.left = clamp(x - width / 2, 4,
    document.documentElement.clientWidth - width - 4) + "px";
  tip.style.top = (above < 4 ? y + 2 * TIP_GAP : above) + "px";
}

function hideTip() {
  tip.hidden = true;
}

// Said once nothing else is being said.
function say(text) {
  voice.textContent = text;
}
