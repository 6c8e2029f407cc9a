"use strict";
// Looks again and again at the same address, and puts what came in the place of what is shown.
(() => {
  const body = document.body, every = Number(body.dataset.every) * 1000;
  const button = document.getElementById("pause"), stale = document.getElementById("stale");
  const told = document.getElementById("told");
  let paused = false, timer = 0;
  const later = () => { clearTimeout(timer); if (!paused) timer = setTimeout(look, every); };
  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const before = document.querySelector(".verdict").textContent, focused = document.activeElement.id;
    for (const id of ["head", "main"]) {
      const from = fresh.getElementById(id), to = document.getElementById(id);
      if (from && to && from.innerHTML !== to.innerHTML) to.replaceChildren(...from.childNodes);
    }
    document.title = fresh.title;
    const now = document.querySelector(".verdict").textContent;
    if (now !== before) told.textContent = `Now: ${now}`;
    if (focused && document.activeElement.id !== focused) document.getElementById(focused)?.focus();
    stale.hidden = true;
  };
  async function look() {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store", credentials: "omit" });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      show(await answer.text());
    } catch (error) {
      if (stale.hidden) {
        stale.textContent = `NOT FRESH since ${new Date().toLocaleTimeString()}: the board cannot be reached. ` +
          "What is shown below is old.";
        stale.hidden = false;
      }
    }
    later();
  }
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Look again and again" : "Pause";
    stale.hidden = !paused;
    if (paused) { stale.textContent = "PAUSED: what is shown below gets old."; clearTimeout(timer); } else look();
  });
  later();
})();
