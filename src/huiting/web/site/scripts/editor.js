// Documents of the team are written here: an editor in the place of each <textarea data-editor>.
// The textarea stays the form's field, and what htmx watches: it gets every change.
import { htmx } from "./site/htmx.js";
import { mistakesIn } from "./editor/mistakes.js";
import { editorFor } from "./editor/editor.js";

for (const field of document.querySelectorAll("textarea[data-editor]")) {
  if (!(field instanceof HTMLTextAreaElement)) continue;
  const editor = editorFor(field, words());
  const told = document.getElementById("mistakes");
  if (!told) continue;
  htmx.on(told, "htmx:afterSwap", () => editor.mark(mistakesIn(told)));
  told.addEventListener("click", (event) => {
    const line = event.target instanceof Element && event.target.closest("[data-line]");
    if (line) editor.go(Number(line.getAttribute("data-line")));
  });
}

/** What can be written, from the manual beside the editor: operators and their options. */
function words() {
  return [...document.querySelectorAll(".manual details")].flatMap((entry) => {
    const name = entry.querySelector("summary code")?.textContent ?? "";
    const detail = entry.querySelector("summary")?.textContent?.replace(name, "").trim() ?? "";
    const options = [...entry.querySelectorAll("dt")].map((option) => ({
      label: `${option.textContent}`,
      detail: name,
      info: option.nextElementSibling?.textContent ?? "",
      type: "property",
    }));
    return [{ label: name, detail: "", info: detail, type: "function" }, ...options];
  });
}
