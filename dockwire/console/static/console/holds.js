// The page of waiting orders: items of the warehouse, suggested while one types, where there are too many for the page.
(function () {
  const TYPING = 200;
  const list = document.getElementById("hold-items");
  if (!list || !list.dataset.more) return;
  let timer = null, asked = null;

  async function ask(said) {
    if (asked) asked.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${list.dataset.more}&q=${encodeURIComponent(said)}`, { signal: asked.signal });
      if (answer.ok) list.replaceChildren(...(await answer.json()).map((sku) => new Option("", sku)));
    } catch (error) {
      // Without suggestions one types the whole SKU.
      if (error.name !== "AbortError") console.warn(error);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.getAttribute("list") !== list.id) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(event.target.value), TYPING);
  });
})();
