// Light or dark as the machine says, or as the reader chose; before anything is drawn.
(function () {
  const chosen = () => localStorage.getItem("console-theme");
  const night = matchMedia("(prefers-color-scheme: dark)");
  const show = () =>
    document.documentElement.setAttribute("data-bs-theme", chosen() || (night.matches ? "dark" : "light"));
  night.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-console-theme]")) return;
    const now = document.documentElement.getAttribute("data-bs-theme");
    localStorage.setItem("console-theme", now === "dark" ? "light" : "dark");
    show();
  });
  show();
})();
