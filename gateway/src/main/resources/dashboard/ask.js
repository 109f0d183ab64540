/* Asks before an action: says what will happen, and takes a reason if one is wanted. */

import { byId, h } from './dom.js';

const LABELS = {
  required: 'Reason (goes into the logs)',
  optional: 'Reason for other operators (may be empty)',
  choice: 'To this destination',
};

/**
 * Shows a question. Returns the reason (possibly empty) or the choice, or null when the user cancels.
 * `reason` is 'none', 'optional', 'required', or 'choice' of one of `choices`.
 */
export function ask({ title, words, action, reason = 'none', choices = [], danger = false }) {
  const dialog = byId('ask');
  const input =
    reason === 'choice'
      ? h('select', { id: 'ask-reason' }, ...choices.map((each) => h('option', { value: each }, each)))
      : h('input', {
          id: 'ask-reason',
          type: 'text',
          maxlength: 200,
          autocomplete: 'off',
          required: reason === 'required',
        });
  return new Promise((resolve) => {
    let answer = null;
    const form = h(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          answer = input.value.trim();
          if (reason !== 'required' || answer) {
            dialog.close();
          } else {
            answer = null;
            input.value = '';
            input.reportValidity();
          }
        },
      },
      h('h2', { id: 'ask-title' }, title),
      h('p', {}, words),
      reason === 'none'
        ? null
        : h(
            'label',
            { for: 'ask-reason' },
            LABELS[reason],
            input,
          ),
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel'),
        h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, action),
      ),
    );
    dialog.replaceChildren(form);
    dialog.addEventListener('close', () => resolve(answer), { once: true });
    dialog.showModal();
    if (reason !== 'none') {
      input.focus();
    }
  });
}
