// Light or dark before anything is drawn: what was chosen, else what the browser prefers.
// Loaded as a plain script in <head>, so that no page flashes in the other one.
(() => {
  const root = document.documentElement;
  if (root.dataset.bsTheme) return; // the server knows what was chosen
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  follow();
})();
