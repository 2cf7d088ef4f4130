// Two views of one text: the form and the text itself. Which is shown stands in the address.
import { Form } from "./form/form.js";
import * as hotwords from "./text/hotwords.js";
import * as edits from "./text/edits.js";
import { look } from "./text/look.js";

const LANGUAGES = { text: hotwords, yaml: { ...edits, look } };

/**
 * @param {HTMLTextAreaElement} field
 * @param {ReturnType<typeof import("./editor.js").editorFor>} editor
 */
export function views(field, editor) {
  const root = document.getElementById("form");
  const tabs = [...document.querySelectorAll("[data-view]")].filter(
    (one) => one instanceof HTMLElement,
  );
  if (!root || !tabs.length) return null;
  let writing = false;
  let stale = true;
  let view = "";
  const host = {
    icons: root.dataset.icons ?? "",
    readOnly: field.readOnly,
    /** @param {string} text */
    write(text) {
      writing = true;
      editor.write(text);
      writing = false;
    },
    /** @param {number} line */
    toText(line) {
      choose("text");
      editor.go(line);
    },
  };
  const language = LANGUAGES[field.dataset.editor === "yaml" ? "yaml" : "text"];
  const form = new Form(root, language, JSON.parse(root.dataset.told ?? ""), host);

  /** @param {string} name */
  function choose(name) {
    form.settle();
    view = name;
    for (const tab of tabs) {
      const on = tab.dataset.view === name;
      tab.setAttribute("aria-selected", `${on}`);
      tab.classList.toggle("active", on);
      tab.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !on;
    }
    if (name === "form" && stale) draw();
  }

  function draw() {
    stale = false;
    form.show(editor.text());
  }

  /** @param {string} name */
  function keep(name) {
    choose(name);
    const address = new URL(location.href);
    if (name === "form") address.searchParams.delete("view");
    else address.searchParams.set("view", name);
    history.replaceState(history.state, "", address);
  }

  field.addEventListener("input", () => {
    if (writing) return;
    stale = true;
    if (view === "form") draw();
  });
  for (const tab of tabs) {
    tab.addEventListener("click", () => keep(tab.dataset.view ?? ""));
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
      keep(other.dataset.view ?? "");
      other.focus();
    });
  }
  for (const [name, act] of Object.entries({ undo: editor.undo, redo: editor.redo })) {
    document.getElementById(`form-${name}`)?.addEventListener("click", () => {
      form.settle();
      act();
    });
  }
  // What was typed is written before anything is sent: htmx reads the field.
  document.addEventListener("htmx:configRequest", () => form.settle(), true);
  document.addEventListener("submit", () => form.settle(), true);
  const list = tabs[0].closest("[hidden]");
  if (list instanceof HTMLElement) list.hidden = false;
  choose(new URLSearchParams(location.search).get("view") === "text" ? "text" : "form");
  return {
    /** @param {number} line */
    go(line) {
      if (view !== "form") return false;
      if (!form.go(line)) host.toText(line);
      return true;
    },
    /** @param {import("./mistakes.js").Mistake[]} mistakes */
    mark: (mistakes) => form.mark(mistakes),
  };
}
