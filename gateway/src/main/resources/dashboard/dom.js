/*
 * Creates elements without markup. Texts come from any device on the network. They become text nodes and attribute
 * values, never HTML. The page's Content-Security-Policy (Trusted Types) refuses everything else.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** Attributes that people read or hear. */
const SPOKEN = ['title', 'aria-label'];
/** Control characters, and characters that change the direction of the text around them (Unicode TR9 and TR36). */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The longest text that is shown. Devices may send sixty thousand characters where the standard allows sixteen. */
const MOST_SHOWN = 1_000;

/** A text as it is shown: nothing in it is invisible, or changes how the text around it reads. */
export function printable(value) {
  const whole = String(value);
  const shown = whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)}…` : whole;
  return shown.replace(UNSEEN, '\ufffd');
}

export const byId = (id) => document.getElementById(id);

/** Removes what stands in a part until the gateway has answered. A part that knows nothing must not look well. */
export function loaded(part) {
  part.querySelector(':scope > .loading')?.remove();
}

/** An HTML element. Attributes that are null, undefined or false are left out; `onclick` and similar are listeners. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element, in the same way. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value);
    } else {
      attribute(element, name, value);
    }
  }
  const given = children.filter((child) => child !== null && child !== undefined);
  element.append(...given.map((child) => (child instanceof Node ? child : printable(child))));
  return element;
}

/** Sets or removes an attribute when its value changes. */
export function attribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
    return;
  }
  const wanted = value === true ? '' : SPOKEN.includes(name) ? printable(value) : String(value);
  if (element.getAttribute(name) !== wanted) {
    element.setAttribute(name, wanted);
  }
}

/** Sets a text when it changes. A text that did not change keeps its selection, and is not read out again. */
export function text(element, value) {
  const wanted = value === null || value === undefined ? '' : printable(value);
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

/**
 * A list whose elements live as long as their keys, so that an element with the pointer or the focus is not replaced.
 * `create(item)` returns `{element, show(item)}`.
 */
export class Keyed {
  constructor(parent, create) {
    this.parent = parent;
    this.create = create;
    this.parts = new Map();
  }

  show(items, keyOf) {
    const kept = new Map();
    let cursor = this.parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      const part = this.parts.get(key) ?? this.create(item);
      this.parts.delete(key);
      kept.set(key, part);
      if (part.element === cursor) {
        cursor = cursor.nextElementSibling;
      } else {
        this.parent.insertBefore(part.element, cursor);
      }
      part.show?.(item);
    }
    this.parts.forEach((part) => part.element.remove());
    this.parts = kept;
  }
}
