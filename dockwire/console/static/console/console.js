// Moments in the reader's zone, and selection by Shift, Ctrl and keys.
(function () {
  function showMoments(root) {
    root.querySelectorAll("time[data-console-moment]").forEach((element) => {
      const moment = new Date(element.dateTime);
      if (!isNaN(moment)) {
        element.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
      }
    });
  }

  const rows = () => Array.from(document.querySelectorAll("tr[data-sa-pk]"));
  const box = (row) => row.querySelector('[data-sa-hook="row-checkbox"]');
  let anchor = null;

  // A row is wider than the screen: to focus it must not push its first columns out of sight.
  function go(row) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function check(row, on) {
    const input = box(row);
    if (!input || input.checked === on) return;
    input.checked = on;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function checkRange(from, to) {
    const all = rows();
    const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
    if (first >= 0) all.slice(first, last + 1).forEach((row) => check(row, true));
  }

  function select(row, event) {
    if (event.shiftKey && anchor) {
      checkRange(anchor, row);
    } else {
      check(row, !box(row).checked);
      anchor = row;
    }
    go(row);
  }

  // Before the list's own handlers: there, Ctrl opens a tab and Shift means nothing.
  document.addEventListener(
    "click",
    (event) => {
      const row = event.target.closest("tr[data-sa-pk]");
      if (!row || !box(row) || event.target.closest("a, button, label")) return;
      const onBox = event.target === box(row);
      if (onBox && event.shiftKey && anchor) {
        checkRange(anchor, row);
      } else if (onBox) {
        anchor = row;
      } else if (event.shiftKey || event.ctrlKey || event.metaKey) {
        event.preventDefault();
        event.stopPropagation();
        getSelection().removeAllRanges();
        select(row, event);
      }
    },
    true
  );

  document.addEventListener("keydown", (event) => {
    const row = event.target;
    if (!(row instanceof HTMLTableRowElement) || !row.dataset.saPk) return;
    const all = rows();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = all[all.indexOf(row) + step];
      if (!next) return;
      if (event.shiftKey && box(row)) {
        check(row, true);
        check(next, true);
        anchor = anchor || row;
      }
      go(next);
    } else if (event.key === " " && box(row)) {
      event.preventDefault();
      select(row, event);
    } else if (event.key === "Enter" && row.dataset.saHref) {
      window.location.href = row.dataset.saHref;
    }
  });

  // Keys scroll what has the focus: a wide table without a link in it takes it itself.
  function letKeysScroll() {
    document.querySelectorAll(".table-responsive").forEach((table) => {
      if (!table.querySelector("a[href], button, input, select, [tabindex]")) table.tabIndex = 0;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    showMoments(document);
    letKeysScroll();
    const help = document.getElementById("console-keys");
    if (help) rows().forEach((row) => row.setAttribute("aria-describedby", help.id));
  });
})();
