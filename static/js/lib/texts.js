/**
 * Texts in the page's language: they come from the server, in the JSON block `texts`. A text that counts is an object
 * with one form for each plural category.
 */
export class Texts {
  #texts;
  #plurals;
  #locale;
  #zone;

  /**
   * @param {Record<string, string | Record<string, string>>} texts
   * @param {string} locale with the numbering system pinned, such as "ar-u-nu-latn"
   * @param {string} zone the event's time zone
   */
  constructor(texts, locale, zone) {
    this.#texts = texts;
    this.#locale = locale;
    this.#zone = zone;
    this.#plurals = new Intl.PluralRules(locale);
  }

  /**
   * Say something.
   * @param {string} key
   * @param {Record<string, string>} places
   */
  say(key, places = {}) {
    return fill(this.#texts[key], places);
  }

  /**
   * Say something that counts.
   * @param {string} key
   * @param {number} n what decides the form
   * @param {Record<string, string>} places
   */
  count(key, n, places = {}) {
    const forms = this.#texts[key];
    return fill(forms[this.#plurals.select(n)] ?? forms.other, places);
  }

  /**
   * Draw a number in the event's digits.
   * @param {number} value
   * @param {number} [decimals] how many places; as many as it has, when not given
   */
  number(value, decimals) {
    const places = { minimumFractionDigits: decimals ?? 0, maximumFractionDigits: decimals ?? 3 };
    return new Intl.NumberFormat(this.#locale, { useGrouping: false, ...places }).format(value);
  }

  /**
   * Draw a time of day at the event.
   * @param {string} instant ISO 8601
   */
  clock(instant) {
    const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat(this.#locale, { ...parts, timeZone: this.#zone }).format(new Date(instant));
  }

  /**
   * Draw a time of day at the event, to the minute.
   * @param {string} instant ISO 8601
   */
  minute(instant) {
    const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.#zone };
    return new Intl.DateTimeFormat(this.#locale, parts).format(new Date(instant));
  }

  /**
   * Draw a length of time as minutes and seconds: 7:32.
   * @param {number} seconds
   */
  duration(seconds) {
    const two = new Intl.NumberFormat(this.#locale, { useGrouping: false, minimumIntegerDigits: 2 });
    return `${this.number(Math.floor(seconds / 60))}:${two.format(seconds % 60)}`;
  }
}

/** Fill the places of a text, %(like)s this; each value is kept from disturbing the direction around it. */
function fill(text, places) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => `\u2068${places[name]}\u2069`);
}

/**
 * Read a JSON block of the page.
 * @param {string} id
 */
export function block(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
