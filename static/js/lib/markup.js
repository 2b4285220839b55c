/**
 * The one way by which a text becomes markup (Trusted Types): htmx and the judge's list put parts of our own pages into
 * the page. Each is looked through before; one that holds a script of its own, a handler or an address that runs is
 * refused. Browsers that know no Trusted Types have the content security policy alone.
 */
const RUNS = /^\s*(javascript|data|vbscript):/iu;
const ADDRESSES = new Set(["href", "src", "action", "formaction", "xlink:href"]);
const FOREIGN = "base, embed, frame, iframe, object, script:not([src]):not([type='application/json'])";

/** Everything in a document or a part of one, also in templates. */
function* elements(root) {
  for (const element of root.querySelectorAll("*")) {
    yield element;
    if (element instanceof HTMLTemplateElement) yield* elements(element.content);
  }
}

/** Whether an element, or something that it has, could run. */
function runs(element) {
  return (
    element.matches(FOREIGN) ||
    [...element.attributes].some(
      ({ name, value }) => name.startsWith("on") || name === "srcdoc" || (ADDRESSES.has(name) && RUNS.test(value)),
    )
  );
}

/**
 * Look through what a text would become. Throws TypeError.
 * @param {Document} parsed an inert document
 */
function look(parsed) {
  for (const element of elements(parsed)) {
    if (runs(element)) throw new TypeError(`A part of a page holds a ${element.localName} that it must not hold.`);
  }
}

if (globalThis.trustedTypes) {
  let looking = false; // while a text is looked through it has to become markup, in a document that runs nothing
  trustedTypes.createPolicy("default", {
    createHTML(text) {
      if (looking) return text;
      looking = true;
      try {
        look(new DOMParser().parseFromString(text, "text/html"));
      } finally {
        looking = false;
      }
      return text;
    },
  });
}
