// Plays the line next to a button; one at a time.

/** @param {Element | null} button @param {boolean} on */
function show(button, on) {
  if (!button) return;
  button.setAttribute("aria-pressed", String(on));
  const use = button.querySelector("use");
  const shown = use?.getAttribute("href") ?? "";
  use?.setAttribute("href", shown.replace(/#.*$/, on ? "#player-stop" : "#player-play"));
}

/** Play what is asked for, stop it when it is asked for again. */
export function playing() {
  const player = document.getElementById("player");
  if (!(player instanceof HTMLAudioElement)) return;
  /** @type {HTMLElement | null} */
  let current = null;
  const stop = () => {
    player.pause();
    show(current, false);
    current = null;
  };
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest("[data-clip]");
    if (!(button instanceof HTMLElement)) return;
    const again = button === current;
    stop();
    if (again) return;
    current = button;
    player.src = button.dataset.clip ?? "";
    show(button, true);
    player.play().catch(() => button.classList.toggle("text-danger", button === current));
  });
  player.addEventListener("ended", stop);
  player.addEventListener("error", stop);
}
