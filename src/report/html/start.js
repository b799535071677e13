// Runs before anything is drawn: what needs no script is hidden, unless the
// page's script then does not come up, and the reader's last theme is set.
(() => {
  "use strict";
  const root = document.documentElement;

  root.classList.add("scripted");
  document.addEventListener("DOMContentLoaded", () => {
    if (!root.hasAttribute("data-ready"))
      root.classList.remove("scripted");
  });
  try {
    const theme = localStorage.getItem("rounds-theme");

    if (theme === "light" || theme === "dark")
      root.dataset.theme = theme;
  } catch (error) {
    // Storage is forbidden here: the system's theme it is.
  }
})();
