// Puts the page together, and again when the language changes.

let themeListeners = [];
let observer = null;

// Called when the colours changed.
function onTheme(listener) {
  themeListeners.push(listener);
}

function tellTheme() {
  setIcon(verdict().kind);
  for (const listener of themeListeners)
    listener();
}

// Called once ELEMENT has its size, and whenever that changes.
function onResize(element, listener) {
  element.onResized = listener;
  observer.observe(element);
}

function setTheme(theme) {
  const root = document.documentElement;

  if (theme)
    root.dataset.theme = theme;
  else
    delete root.dataset.theme;
  try {
    if (theme)
      localStorage.setItem("rounds-theme", theme);
    else
      localStorage.removeItem("rounds-theme");
  } catch (error) {
    // Storage is forbidden here: it holds until the page is left.
  }
  tellTheme();
}

// Paper is light, and there are no pages to turn on it.
let themeOnScreen;

function prepareForPaper(isPrinting) {
  const root = document.documentElement;

  if (isPrinting) {
    themeOnScreen = root.dataset.theme;
    root.dataset.theme = "light";
  } else if (themeOnScreen) {
    root.dataset.theme = themeOnScreen;
  } else {
    delete root.dataset.theme;
  }
  tellTheme();
  setRowsOnPage(isPrinting ? PRINTED_ROWS : PAGE_ROWS);
}

function themeSelect() {
  const element = make("select", {
    "aria-label": word("theme"), id: "theme",
    onchange: () => setTheme(element.value),
  }, [["", "auto"], ["light", "light"], ["dark", "dark"]].map(
    ([value, name]) => make("option", { value }, word("theme_" + name))));

  element.value = document.documentElement.dataset.theme ?? "";
  return element;
}

function languageSelect() {
  const element = make("select", {
    "aria-label": word("switch_language"), id: "language",
    onchange: () => {
      chooseLanguage(element.value);
      build();
      document.getElementById("language").focus();
    },
  }, Object.entries(WORDS).map(([name, words]) =>
    make("option", { value: name, lang: name }, words.language)));

  element.value = language;
  return element;
}

function settings() {
  return make("div", { class: "settings" }, languageSelect(), themeSelect());
}

function footer() {
  return make("footer", null,
    word("made_by", { version: report.rounds }), ". ", word("data_note"));
}

function build() {
  const app = make("main", { id: "app" });

  observer?.disconnect();
  observer = new ResizeObserver((entries) => {
    for (const entry of entries)
      entry.target.onResized();
  });
  forgetListeners();
  themeListeners = [];
  document.getElementById("app")?.remove();
  document.title = [verdict().text, visible(data.plan)]
    .filter(Boolean).join(" – ");
  fill(app, null, [
    ...summaryParts(settings()),
    checks.length > 0 && [
      filterBar(), timelineSection(),
      tableSection(),
    ],
    footer(),
  ]);
  document.body.prepend(app);
  onChange(writeAddress);
  changeView({ page: view.page });
}

// "#check-12" leads to that row. The address is the view's as soon as the page
// is built, so it is looked at before.
const linked = /^#check-(\d+)$/;
let link = linked.exec(location.hash);

function followLink() {
  link ??= linked.exec(location.hash);
  const check = link && checks[Number(link[1])];

  link = null;
  if (check)
    showCheck(check.index);
  return Boolean(check);
}

chooseLanguage(data.language);
Object.assign(view, readAddress());
build();
document.getElementById("plain").remove();
document.documentElement.setAttribute("data-ready", "");
followLink();

addEventListener("hashchange", () => {
  if (!followLink())
    changeView(readAddress());
});
addEventListener("beforeprint", () => prepareForPaper(true));
addEventListener("afterprint", () => prepareForPaper(false));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tellTheme);
addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, select, textarea");

  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.getElementById("search")?.focus();
  }
});
