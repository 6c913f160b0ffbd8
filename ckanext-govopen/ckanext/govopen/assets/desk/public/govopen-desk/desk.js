/* Keys for the desk. Every page works without this file; it only saves hands. */
(() => {
  "use strict";
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  const lines = () => [...document.querySelectorAll("[data-line]")];
  const go = (step) => {
    const all = lines();
    if (!all.length) return;
    const now = all.findIndex((el) => el.classList.contains("at"));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
    all.forEach((el) => el.classList.remove("at"));
    next.classList.add("at");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a")?.focus({ preventScroll: true });
  };
  const panel = (name) => {
    const found = document.querySelector(`[data-key="${name}"]`);
    if (!found) return false;
    document.querySelectorAll("[data-key]").forEach((el) => { if (el !== found && "open" in el) el.open = false; });
    if (found.tagName === "DETAILS") {
      found.open = true;
      (found.querySelector("textarea[required]") || found.querySelector("button"))?.focus();
    } else found.click();
    found.scrollIntoView({ block: "nearest" });
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key.toLowerCase() === "k") {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { document.activeElement?.blur(); document.querySelectorAll("details[data-key][open]").forEach((el) => { el.open = false; }); return; }
    if (typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (event.key === "?") document.querySelector("dialog.keys")?.showModal();
    else if (!panel(key)) return;
    event.preventDefault();
  });
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
    });
  });
  document.querySelectorAll("[data-keys]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => document.querySelector("dialog.keys")?.showModal());
  });
  document.querySelectorAll("form[data-once]").forEach((form) => form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((el) => { el.disabled = true; }));
  }));
})();
