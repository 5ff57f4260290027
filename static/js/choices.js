// Long lists of boxes to tick: find in them, tick all that are shown, see how many are ticked. Without it they are lists.
(function () {
  'use strict';
  const FEW = 8;   // boxes among which nobody searches

  function made(parent, name, text, attributes) {
    const element = parent.appendChild(document.createElement(name));
    element.textContent = text;
    return Object.assign(element, attributes);
  }

  function help(set, words) {
    const boxes = Array.from(set.querySelectorAll('input[type=checkbox]'));
    if (boxes.length <= FEW) return;
    const bar = made(set, 'div', '', { className: 'choosing' });
    set.querySelector('legend').after(bar);
    const find = made(bar, 'input', '', { type: 'search', className: 'form-control', placeholder: words.find });
    find.setAttribute('aria-label', words.find + words.colon + set.querySelector('legend').firstChild.textContent.trim());
    const line = function (box) { return box.closest('label').parentNode; };
    const shown = function () { return boxes.filter(function (box) { return !line(box).hidden; }); };
    const count = document.createElement('span');
    count.className = 'meta';
    count.setAttribute('role', 'status');

    function say() {
      const ticked = boxes.filter(function (box) { return box.checked; }).length;
      count.textContent = words.chosen.replace('{n}', ticked).replace('{all}', boxes.length);
    }
    function tick(on) {
      shown().forEach(function (box) { box.checked = on; });
      say();
    }
    made(bar, 'button', words.all, { type: 'button', className: 'btn', onclick: function () { tick(true); } });
    made(bar, 'button', words.none, { type: 'button', className: 'btn', onclick: function () { tick(false); } });
    bar.append(count);
    find.addEventListener('input', function () {
      const text = find.value.trim().toLowerCase();
      boxes.forEach(function (box) {
        line(box).hidden = !box.closest('label').textContent.toLowerCase().includes(text);
      });
    });
    find.addEventListener('keydown', function (event) {   // Enter finds; it does not send the form
      if (event.key === 'Enter') event.preventDefault();
    });
    set.addEventListener('change', say);
    say();
  }

  document.addEventListener('DOMContentLoaded', function () {
    document.querySelectorAll('form[data-choices]').forEach(function (form) {
      form.querySelectorAll('fieldset.choices').forEach(function (set) { help(set, form.dataset); });
    });
  });
}());
