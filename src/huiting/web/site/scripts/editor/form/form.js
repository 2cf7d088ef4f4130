// The form of a document: drawn from its text, and every change is written back into the text.
// What it asks for is told by the page; how each part is drawn is in the files beside this one.
import { el, icon } from "./dom.js";
import { choice, line, number, phrases, truth } from "./controls.js";
import { either, listing, table } from "./lists.js";
import { record } from "./record.js";
import { demand, namesIn, tree } from "./tree.js";
import { turn } from "./turn.js";

/**
 * @typedef {import("../text/edits.js").Path} Path
 * @typedef {import("../text/look.js").Look} Look
 * @typedef {{kind: string, [name: string]: any}} Shape
 * @typedef {{key: string, label: string, help?: string, required?: boolean, rare?: boolean, shape: Shape}} Field
 * @typedef {{id: string, label: string, help?: string, required?: boolean, order?: string[], spoken?: string,
 *   short?: boolean, put?: (source: any, value: any) => string}} About a field, where it is drawn;
 *   `short` where it stands for the whole record: without it there is none
 * @typedef {{again?: boolean, focus?: string, say?: string, renamed?: {from: string, to: string}}} After
 *   `renamed` has two ids: one is now called like the other
 * @typedef {{draw: (form: Form, shape: Shape, path: Path, about: About) => HTMLElement,
 *   fits: (form: Form, shape: Shape, path: Path) => boolean, simple?: boolean}} Part
 * @typedef {{shape: Shape, words: Record<string, string>,
 *   suggest: Record<string, [string, string][]>, conditions?: any}} Told
 * @typedef {{write: (text: string) => void, toText: (line: number) => void, icons: string, readOnly: boolean}} Host
 */

const WAIT = 400; // milliseconds without a key until what is typed is written

/** @type {Record<string, Part>} */
export const PARTS = {
  line,
  number,
  choice,
  truth,
  phrases,
  record,
  listing,
  table,
  either,
  tree,
  demand,
  turn,
};

/** A form, as its parts see it. */
export class Form {
  /**
   * @param {HTMLElement} root
   * @param {any} language the module that reads and changes the text
   * @param {Told} told
   * @param {Host} host
   */
  constructor(root, language, told, host) {
    this.root = root;
    this.language = language;
    this.told = told;
    this.host = host;
    this.words = told.words;
    /** @type {any} */
    this.source = null;
    /** @type {Set<string>} ids of what is unfolded */
    this.open = new Set();
    /** @type {(() => void)[]} what is told anew after each change */
    this.fresh = [];
    /** @type {{write: () => void, timer: number} | null} */
    this.pending = null;
    this.live = el("div", { class: "visually-hidden", role: "status" });
    this.body = el("div");
    for (const [name, options] of Object.entries(told.suggest))
      root.append(suggestions(name, options));
    root.append(this.live, this.body);
  }

  /**
   * Draw what a text says.
   *
   * @param {string} text
   */
  show(text) {
    this.source = this.language.read(text);
    this.redraw();
  }

  /**
   * Draw it all, and keep the focus where it was.
   *
   * @param {After["renamed"]} [renamed]
   */
  redraw(renamed) {
    const { id } = document.activeElement ?? { id: "" };
    const now = renamed && `${id}/`.startsWith(`${renamed.from}/`);
    const kept = now ? renamed.to + id.slice(renamed.from.length) : id;
    const held = this.body.contains(document.activeElement) ? kept : "";
    this.fresh = [];
    const { wrong } = this.source;
    const names = document.getElementById("suggest-names");
    if (names && this.told.conditions && !wrong) {
      const known = new Set(namesIn(this.source.doc.toJS()));
      names.replaceChildren(...[...known].map((value) => el("option", { value })));
    }
    this.body.replaceChildren(
      wrong ? this.broken(wrong.line) : this.draw(this.told.shape, [], { id: idOf([]), label: "" }),
    );
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
  }

  /**
   * @param {Shape} shape
   * @param {Path} path
   * @param {About} about
   * @returns {HTMLElement}
   */
  draw(shape, path, about) {
    if (!this.fits(shape, path)) return this.only(path, about);
    return PARTS[shape.kind].draw(this, shape, path, about);
  }

  /**
   * @param {Shape} shape
   * @param {Path} path
   */
  fits(shape, path) {
    return PARTS[shape.kind].fits(this, shape, path);
  }

  /**
   * @param {Path} path
   * @returns {Look}
   */
  look(path) {
    return this.language.look(this.source, path);
  }

  /**
   * Return what a value says; nothing where there is none.
   *
   * @param {Path} path
   */
  text(path) {
    const look = this.look(path);
    return look.kind === "word" && look.type !== "empty" ? look.text : "";
  }

  /**
   * Return the words of a list, or the one that stands in its place.
   *
   * @param {Path} path
   * @returns {string[]}
   */
  texts(path) {
    const look = this.look(path);
    if (look.kind === "word") return look.type === "empty" ? [] : [look.text];
    if (look.kind !== "list") return [];
    return Array.from({ length: look.count }, (_, index) => this.text([...path, index]));
  }

  /**
   * Change the text.
   *
   * @param {(source: any) => string} edit
   * @param {After} [after]
   */
  change(edit, { again = false, focus = "", say = "", renamed } = {}) {
    this.settle();
    const text = edit(this.source);
    this.source = this.language.read(text);
    this.host.write(text);
    if (again || this.source.wrong) this.redraw(renamed);
    else for (const tell of this.fresh) tell();
    if (focus) document.getElementById(focus)?.focus();
    if (say) this.say(say);
  }

  /**
   * Change the text soon: when nobody types for a while.
   *
   * @param {() => void} write
   */
  soon(write) {
    this.later(write);
    if (this.pending) this.pending.timer = setTimeout(() => this.settle(), WAIT);
  }

  /**
   * Change the text when the field is left, or the document is kept.
   *
   * @param {() => void} write
   */
  later(write) {
    this.hold();
    this.pending = { write, timer: 0 };
  }

  /** Have what is typed wait: it is not whole yet. */
  hold() {
    if (this.pending) clearTimeout(this.pending.timer);
  }

  /** Write what was typed. */
  settle() {
    if (!this.pending) return;
    const { write, timer } = this.pending;
    clearTimeout(timer);
    this.pending = null;
    write();
  }

  /** @param {string} words */
  say(words) {
    this.live.textContent = "";
    setTimeout(() => (this.live.textContent = words), 50);
  }

  /**
   * Lead to what stands on a line.
   *
   * @param {number} line
   * @returns {boolean} whether there is anything of the form there
   */
  go(line) {
    const path = this.at(line, []);
    if (!path.length) return false;
    for (let end = 1; end <= path.length; end++) this.open.add(idOf(path.slice(0, end)));
    this.redraw();
    for (let end = path.length; end > 0; end--) {
      const found = document.getElementById(idOf(path.slice(0, end)));
      if (!found) continue;
      found.scrollIntoView({ block: "center" });
      found.focus();
      return true;
    }
    return false;
  }

  /**
   * Mark the fields on whose lines something is wrong.
   *
   * @param {{line: number, text: string}[]} mistakes
   */
  mark(mistakes) {
    for (const one of this.body.querySelectorAll("[aria-invalid]")) {
      one.removeAttribute("aria-invalid");
      one.classList.remove("is-invalid");
    }
    if (!this.source || this.source.wrong) return;
    for (const { line } of mistakes) {
      const found = document.getElementById(idOf(this.at(line, [])));
      if (!found?.matches("input, select, textarea")) continue;
      found.setAttribute("aria-invalid", "true");
      found.classList.add("is-invalid");
    }
  }

  /**
   * @param {number} line
   * @param {Path} path
   * @returns {Path} of the innermost piece on a line
   */
  at(line, path) {
    const look = this.look(path);
    /** @type {(string | number)[]} */
    let keys = [];
    if (look.kind === "map") keys = look.keys;
    if (look.kind === "list") keys = [...Array(look.count).keys()];
    const inner = keys.findLast((key) => {
      const place = this.language.place(this.source, [...path, key]);
      return place && place.from <= line && line <= place.to;
    });
    return inner === undefined ? path : this.at(line, [...path, inner]);
  }

  /**
   * Show a piece as it is written: the form has nothing for it.
   *
   * @param {Path} path
   * @param {About} about
   */
  only(path, { id, label }) {
    const place = this.language.place(this.source, path);
    return el(
      "div",
      {
        id,
        tabindex: "-1",
        class: "form-only",
        role: "group",
        "aria-label": label || this.words.only,
      },
      el("p", { class: "text-secondary small mb-1" }, this.words.only),
      el("pre", { class: "mb-2", tabindex: "0" }, this.language.own(this.source, path)),
      this.button(this.words.text, "edit", () => this.host.toText(place?.from ?? 1), {
        always: true,
      }),
    );
  }

  /** @param {number} line */
  broken(line) {
    return el(
      "div",
      { class: "alert alert-warning", role: "alert" },
      el("p", {}, this.words.broken.replace("{}", `${line}`)),
      this.button(this.words.text, "edit", () => this.host.toText(line), { always: true }),
    );
  }

  /**
   * @param {string} words
   * @param {string} symbol
   * @param {() => void} press
   * @param {{id?: string, about?: string, bare?: boolean, disabled?: boolean, always?: boolean, look?: string}} [how]
   *   `bare` shows the symbol alone; `about` says for whom hears it what it is about
   */
  button(words, symbol, press, { id, about, bare, disabled, always, look = "btn-sm" } = {}) {
    if (this.host.readOnly && !always) return null;
    const label = about ? `${words}: ${about}` : words;
    return el(
      "button",
      {
        type: "button",
        id,
        onclick: press,
        disabled,
        class: `btn ${look}${bare ? " btn-icon" : ""}`,
        "aria-label": bare || about ? label : null,
        title: bare ? words : null,
      },
      symbol ? icon(this.host.icons, symbol) : null,
      bare ? null : words,
    );
  }
}

/** @param {Path} path */
export function idOf(path) {
  return `form/${path.map((key) => encodeURIComponent(key)).join("/")}`;
}

/**
 * @param {string} name
 * @param {[string, string][]} options
 */
function suggestions(name, options) {
  return el(
    "datalist",
    { id: `suggest-${name}` },
    ...options.map(([value, label]) => el("option", { value, label })),
  );
}
