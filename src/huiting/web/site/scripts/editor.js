// Documents of the team are written here: an editor in the place of each <textarea data-editor>,
// and a form beside it. The textarea stays the form's field, and what htmx watches: it gets every
// change, whichever of the two it is made in.
import { htmx } from "./site/htmx.js";
import { mistakesIn } from "./editor/mistakes.js";
import { editorFor } from "./editor/editor.js";
import { views } from "./editor/views.js";

for (const field of document.querySelectorAll("textarea[data-editor]")) {
  if (!(field instanceof HTMLTextAreaElement)) continue;
  const editor = editorFor(field, words());
  const told = document.getElementById("mistakes");
  if (!told) continue;
  const shown = views(field, editor);
  htmx.on(told, "htmx:afterSwap", () => {
    const mistakes = mistakesIn(told);
    editor.mark(mistakes);
    shown?.mark(mistakes);
  });
  told.addEventListener("click", (event) => {
    const line = event.target instanceof Element && event.target.closest("[data-line]");
    if (!line) return;
    const number = Number(line.getAttribute("data-line"));
    if (!shown?.go(number)) editor.go(number);
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
