/**
 * The one way by which a text becomes markup (Trusted Types): htmx and the judge's list put parts of our own pages into
 * the page. Each is looked through before; one that holds a script of its own, a handler or an address that runs is
 * refused. Browsers that know no Trusted Types have the content security policy alone.
 */
// What makes an inert document of a text; by no other way it becomes markup.
const PARSERS = new Set(["DOMParser parseFromString", "Document parseHTMLUnsafe"]);
const SCHEMES = new Set(["http:", "https:"]);
const ADDRESSES = new Set(["href", "src", "action", "formaction", "data", "xlink:href"]);
const HANDLER = /^(on|(data-)?hx-on|srcdoc$)/u;
const FOREIGN =
  "base, embed, frame, iframe, object, meta[http-equiv], script:not([src]):not([type='application/json']), " +
  "animate, animateMotion, animateTransform, set, template[shadowrootmode]";

// Of the browser, and not of the element: a field of a form that is named "attributes" stands in front of its own.
const { getAttribute, getAttributeNames, matches } = Element.prototype;
const { querySelectorAll } = Document.prototype;
const within = DocumentFragment.prototype.querySelectorAll;

/** Everything among some elements, also in their templates. */
function* all(elements) {
  for (const element of elements) {
    yield element;
    if (element instanceof HTMLTemplateElement) yield* all(within.call(element.content, "*"));
  }
}

/** Whether an address leads to a page, and not to a script. */
function leads(address) {
  return URL.canParse(address, location.href) && SCHEMES.has(new URL(address, location.href).protocol);
}

/** Whether an element, or something that it has, could run. */
function runs(element) {
  if (matches.call(element, FOREIGN)) return true;
  return getAttributeNames
    .call(element)
    .some((name) => HANDLER.test(name) || (ADDRESSES.has(name) && !leads(getAttribute.call(element, name))));
}

/**
 * Look through what a text would become. Throws TypeError.
 * @param {Document} parsed an inert document
 */
function look(parsed) {
  for (const element of all(querySelectorAll.call(parsed, "*"))) {
    if (runs(element)) throw new TypeError("A part of a page holds something that it must not hold.");
  }
}

if (globalThis.trustedTypes) {
  let looking = false; // while a text is looked through it has to become markup, in a document that runs nothing
  trustedTypes.createPolicy("default", {
    createHTML(text, _type, sink) {
      if (!PARSERS.has(sink)) throw new TypeError("A text becomes markup by a parser only.");
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
