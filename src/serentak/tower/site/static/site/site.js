// What every page does: a part marked data-poll asks for itself again with its ETag, and is replaced when it changed; a button marked data-copy copies a text.
const EVERY = 15000;

async function poll(part, tag) {
  if (document.hidden) return tag;
  const headers = { "X-Part": part.id };
  if (tag) headers["If-None-Match"] = tag;
  const answer = await fetch(part.dataset.poll || location.href, { headers, cache: "no-store" });
  if (answer.status !== 200) return tag;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (fresh && fresh.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
  return answer.headers.get("ETag");
}

for (const part of document.querySelectorAll("[data-poll]")) {
  let tag = null;
  setInterval(async () => {
    try { tag = await poll(part, tag); } catch { /* the network is away; the next turn tries again */ }
  }, Number(part.dataset.every) || EVERY);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.value ?? text.textContent);
  } catch {
    text.focus();
    text.select?.();
    document.execCommand("copy");
  }
  button.textContent = button.dataset.done;
});
