// CodeMirror for one field. Its styles are constructable style sheets: the page's
// Content-Security-Policy allows them.
import { autocompletion, completeFromList } from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  redo,
  undo,
} from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  HighlightStyle,
  bracketMatching,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { difference } from "./text/edits.js";

const look = EditorView.theme({
  "&": {
    border: "1px solid var(--tblr-border-color)",
    borderRadius: "4px",
    maxHeight: "70vh",
  },
  "&.cm-focused": { outline: "2px solid var(--tblr-primary)" },
  ".cm-scroller": {
    fontFamily: "var(--tblr-font-monospace)",
    overflow: "auto",
  },
  ".cm-content": { caretColor: "var(--tblr-body-color)", minHeight: "12rem" },
  ".cm-cursor": { borderLeftColor: "var(--tblr-body-color)" },
  ".cm-gutters": {
    background: "var(--tblr-bg-surface-secondary)",
    color: "var(--tblr-secondary)",
    border: "0",
  },
  ".cm-activeLine": { background: "rgba(128, 128, 128, 0.08)" },
  ".cm-tooltip": {
    background: "var(--tblr-bg-surface)",
    color: "var(--tblr-body-color)",
    border: "1px solid var(--tblr-border-color)",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
  { tag: tags.comment, color: "var(--tblr-secondary)", fontStyle: "italic" },
]);

/**
 * @param {HTMLTextAreaElement} field what the form sends; it follows the editor
 * @param {import("@codemirror/autocomplete").Completion[]} words what may be offered
 */
export function editorFor(field, words) {
  const follow = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    field.value = update.state.doc.toString();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const view = new EditorView({
    doc: field.value,
    extensions: [
      lineNumbers(),
      lintGutter(),
      history(),
      highlightActiveLine(),
      bracketMatching(),
      indentUnit.of("  "),
      syntaxHighlighting(colours),
      field.dataset.editor === "yaml"
        ? [yaml(), autocompletion({ override: [completeFromList(words)] })]
        : [],
      // Escape, then Tab leaves the editor: whoever works by keyboard is not caught in it.
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.contentAttributes.of({
        "aria-label": field.dataset.label ?? "",
      }),
      EditorState.readOnly.of(field.readOnly),
      EditorView.editable.of(!field.readOnly),
      EditorView.lineWrapping,
      look,
      follow,
    ],
  });
  field.hidden = true;
  field.after(view.dom);
  return {
    dom: view.dom,
    text: () => view.state.doc.toString(),
    undo: () => undo(view),
    redo: () => redo(view),
    /**
     * Have another text, by the smallest change: it can be undone.
     *
     * @param {string} text
     */
    write(text) {
      view.dispatch({ changes: difference(view.state.doc.toString(), text) });
    },
    /** @param {number} line from 1 */
    go(line) {
      const at = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines)).from;
      view.dispatch({
        selection: { anchor: at },
        effects: EditorView.scrollIntoView(at, { y: "center" }),
      });
      view.focus();
    },
    /** @param {import("./mistakes.js").Mistake[]} mistakes */
    mark(mistakes) {
      const found = mistakes.flatMap(({ line, text }) => {
        if (line < 1 || line > view.state.doc.lines) return [];
        const { from, to } = view.state.doc.line(line);
        return [{ from, to, severity: /** @type {const} */ ("error"), message: text }];
      });
      view.dispatch(setDiagnostics(view.state, found));
    },
  };
}
