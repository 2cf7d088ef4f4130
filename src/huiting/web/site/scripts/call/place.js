// The address says where in the call we are, while nothing is played: it can be sent to others.

/**
 * @param {number} time seconds
 */
export function linkTo(time) {
  const address = new URL(location.href);
  if (time > 0.05) address.searchParams.set("t", (Math.round(time * 10) / 10).toString());
  else address.searchParams.delete("t");
  address.hash = "";
  return address;
}

/** @param {import("./player.js").Player} player */
export function follow(player) {
  let waiting = 0;
  const write = () => {
    waiting = 0;
    if (!player.playing) history.replaceState(history.state, "", linkTo(player.now));
  };
  const later = () => {
    if (player.playing) return;
    clearTimeout(waiting);
    waiting = setTimeout(write, 250);
  };
  player.addEventListener("moved", later);
  player.addEventListener("state", later);
}

/**
 * Put a text onto the clipboard; also on a page over HTTP, where browsers give none.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
