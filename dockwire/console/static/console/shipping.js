// Ship and close: lists that depend on the carrier, a preview while one types, a result that looks again by itself.
(function () {
  const LOOK_EVERY = 2000, LOOK_FOR = 10 * 60 * 1000, TYPING = 300, KEPT = "dockwire-typed-numbers";

  const numbers = (form) => Array.from(form.querySelectorAll('input[name^="tracking-"]'));
  const ticked = (input) => document.getElementById(input.id.replace("tracking-", "pk-")).checked;

  const check = (form) => form.querySelector('.card-footer [value="check"]');

  // Numbers of orders that were not ticked when the others were sent stay in this tab until these are next.
  function kept(form) {
    const name = (input) => input.getAttribute("aria-label");
    if (new URL(window.location.href).searchParams.has("left")) {
      const before = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
      const found = numbers(form).filter((input) => !input.value && before[name(input)]);
      found.forEach((input) => (input.value = before[name(input)]));
      if (found.length) {
        const told = document.getElementById("ship-kept");
        told.textContent = `${found.length === 1 ? "One number is" : `${found.length} numbers are`} as typed before.`;
        told.hidden = false;
        // A scanner's Enter would send at once.
        (numbers(form).find((input) => ticked(input) && !input.value) || check(form)).focus();
      }
    }
    form.addEventListener("submit", (event) => {
      if (!event.submitter || event.submitter.value !== "send") return;
      const left = numbers(form).filter((input) => input.value.trim() && !ticked(input));
      sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(left.map((input) => [name(input), input.value]))));
    });
  }

  function lists(form) {
    const carriers = JSON.parse(document.getElementById("ship-lists").textContent);
    const field = (name) => form.elements[name];
    const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();
    const codes = (carrier) => carrier.services.map((service) => service.code);
    let before = null;

    function explain(from) {
      const typed = from.flatMap((each) => each.services).find((each) => same(each.code, field("service").value));
      document.getElementById("service-means").textContent = typed ? typed.description : "";
    }

    function mineOf() {
      const mine = carriers.find((each) => same(each.name, field("carrier").value));
      return [mine, mine ? [mine] : carriers];
    }

    function offer() {
      const [mine, from] = mineOf();
      document.getElementById("ship-service").replaceChildren(
        ...from.flatMap((each) => each.services).map((each) => new Option(each.description, each.code))
      );
      return mine;
    }

    field("carrier").addEventListener("input", () => {
      const mine = offer();
      if (!mine || mine === before) return;
      // What belongs to another carrier goes; what nobody knows stays.
      const others = carriers.filter((each) => each !== mine);
      const { scac, service } = { scac: field("scac"), service: field("service") };
      if (mine.scac && (!scac.value || others.some((each) => same(each.scac, scac.value)))) scac.value = mine.scac;
      if (!codes(mine).includes(service.value) && others.some((each) => codes(each).includes(service.value))) service.value = "";
      before = mine;
      explain([mine]);
    });
    field("service").addEventListener("input", () => explain(mineOf()[1]));
    before = offer() || null;
  }

  function previews(form) {
    let timer = null, asked = null;

    async function ask() {
      if (asked) asked.abort();
      asked = new AbortController();
      const small = new FormData();
      for (const [name, value] of new FormData(form)) {
        if (name === "pk" || name === "apply" || name.startsWith("charge-")) small.append(name, value);
      }
      try {
        const answer = await fetch(form.dataset.preview, {
          method: "POST",
          body: new URLSearchParams(small),
          headers: { "X-CSRFToken": form.elements.csrftoken.value },
          signal: asked.signal,
        });
        if (answer.ok && !answer.redirected) show(await answer.json());
        else show({ rows: {}, sum: "", faults: ["no preview: press Check"] });
      } catch (error) {
        if (error.name !== "AbortError") show({ rows: {}, sum: "", faults: ["no preview: press Check"] });
      }
    }

    function show(found) {
      form.querySelectorAll("tr[data-ship-row]").forEach((row) => {
        const [added, total] = found.rows[row.dataset.shipRow] || ["", ""];
        row.querySelector("[data-ship-added]").textContent = added;
        row.querySelector("[data-ship-total]").textContent = total;
      });
      document.getElementById("ship-sum").textContent = found.sum || "-";
      document.getElementById("ship-preview-faults").textContent = found.faults.join(" ");
    }

    form.addEventListener("input", (event) => {
      const name = event.target.name || "";
      if (name !== "pk" && name !== "apply" && !name.startsWith("charge-")) return;
      clearTimeout(timer);
      timer = setTimeout(ask, TYPING);
    });
  }

  function rows(form) {
    document.getElementById("ship-more").addEventListener("click", (event) => {
      event.preventDefault();
      const all = document.getElementById("ship-charges");
      const row = document.createElement("template");
      row.innerHTML = document.getElementById("ship-charge").innerHTML.replaceAll("PLACE", all.children.length);
      all.append(row.content);
      all.lastElementChild.querySelector("select").focus();
    });
    // A scanner presses Enter behind each number; orders that stay as they are get none.
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.target.name || "").startsWith("tracking-")) return;
      event.preventDefault();
      const all = numbers(form);
      const next = all.slice(all.indexOf(event.target) + 1).find(ticked);
      (next || check(form)).focus();
    });
  }

  function results() {
    const begun = Date.now();
    async function look() {
      const here = document.getElementById("ship-result");
      if (here.dataset.ended === "yes" || Date.now() - begun > LOOK_FOR) return;
      const url = new URL(window.location.href);
      url.searchParams.set("waiting", "1");
      try {
        const answer = await fetch(url);
        if (answer.ok && !answer.redirected) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const found = page.getElementById("ship-result");
          if (found) here.replaceWith(document.adoptNode(found));
        }
      } catch {
        // The next look tries again.
      }
      setTimeout(look, LOOK_EVERY);
    }
    setTimeout(look, LOOK_EVERY);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("ship-form");
    if (form) [lists, previews, rows, kept].forEach((each) => each(form));
    if (document.getElementById("ship-result")) results();
  });
})();
