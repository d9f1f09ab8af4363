// What lists do beyond their library's own.
// Times of filters: typed and shown in the reader's zone, as everything else is; sent and saved with their offset, so that
// a view means the same to everybody.
(function () {
  const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const two = (number) => String(number).padStart(2, "0");

  // What a field for a date and a time takes.
  function typed(text) {
    const at = new Date(text);
    if (isNaN(at)) return text;
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const seconds = at.getSeconds() ? `:${two(at.getSeconds())}` : "";
    return `${day}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
  }

  const shown = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

  window.consoleFilterBuilder = (config) => {
    const initialFilter = config.initialFilter && config.initialFilter.replace(moment, typed);
    initFilterBuilder({ ...config, initialFilter });
  };

  // Before the builder puts its filter together; afterwards the fields are as they were, for who comes back.
  function sendMoments(form) {
    form.querySelectorAll('input[type="datetime-local"]').forEach((input) => {
      const at = new Date(input.value), before = input.value;
      if (isNaN(at)) return;
      input.type = "text";
      input.value = at.toISOString().replace(/\.\d+Z$/, "Z");
      setTimeout(() => {
        input.type = "datetime-local";
        input.value = before;
      });
    });
  }

  document.addEventListener("submit", (event) => event.target.id === "filter-form" && sendMoments(event.target), true);

  // All columns are a choice, too: without one, a page shows those that fit.
  function showColumns() {
    const chosen = Array.from(document.querySelectorAll(".column-visibility-toggle:checked"), (box) => box.value);
    const url = new URL(window.location.href);
    url.searchParams.delete("page");
    url.searchParams.delete("cols");
    if (chosen.length) url.searchParams.set("cols", chosen.join(","));
    window.location.href = url.toString();
  }

  document.addEventListener("DOMContentLoaded", () => {
    window.applyColumnVisibility = showColumns;
    document.querySelectorAll("#active-filters a").forEach((chip) => {
      chip.setAttribute("aria-label", (chip.getAttribute("aria-label") || chip.textContent).replace(moment, shown));
      for (const part of chip.childNodes) {
        if (part.nodeType === Node.TEXT_NODE) part.textContent = part.textContent.replace(moment, shown);
      }
    });
    const rows = document.getElementById("filter-rows");
    if (!rows) return;
    const note = document.createElement("p");
    note.id = "console-zone";
    note.className = "text-secondary small mb-2";
    note.textContent = `Times are in your zone, ${zone}.`;
    rows.after(note);
    document.addEventListener("focusin", (event) => {
      if (event.target.matches('input[type="datetime-local"]')) event.target.setAttribute("aria-describedby", note.id);
    });
  });
})();
