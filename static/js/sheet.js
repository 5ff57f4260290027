// A sheet of scores, a reviewer's or the college's own: totals while one types, keys from score to score, saved as one
// goes. The server's decimals stay the official ones.
// tr[data-w=weight] with data-auto=measured score or an input; .skip-row is not chosen, as its tick chosen_N says;
// [data-total] are the places.
(function () {
  'use strict';
  const sheet = document.querySelector('[data-sheet]');
  if (!sheet) return;
  const rows = Array.from(sheet.querySelectorAll('tr[data-w]'));
  const inputs = Array.from(sheet.querySelectorAll('tr[data-w] input[type=number]'));

  function hundredths(text) { return Math.round(parseFloat(text) * 100); }   // whole numbers add without error
  function fixed(value) { return (Math.floor(value + .5) / 100).toFixed(2); }
  function put(name, text) {
    document.querySelectorAll('[data-total="' + name + '"]').forEach(function (place) { place.textContent = text; });
  }

  function total() {
    let points = 0, weights = 0, scored = 0, chosen = 0, explained = 0, proven = 0;
    rows.forEach(function (row) {
      const tick = row.querySelector('input[type=checkbox]');
      if (tick) row.classList.toggle('skip-row', !tick.checked);
      if (row.classList.contains('skip-row')) return;
      const note = row.querySelector('textarea');
      explained += note && note.value.trim() ? 1 : 0;
      proven += Number(row.dataset.evidence) ? 1 : 0;
      const input = row.querySelector('input[type=number]');
      const score = hundredths(input && input.value !== '' ? input.value : row.dataset.auto);
      const weight = hundredths(row.dataset.w);
      const wrong = score < 0 || score > 10000;
      const counted = !isNaN(score) && !wrong;
      chosen += 1;
      if (input) input.classList.toggle('is-invalid', wrong);
      if (counted) {
        points += weight * score;
        weights += weight;
        scored += 1;
      }
      const place = row.querySelector('.ct');
      if (place) place.textContent = counted ? fixed(weight * score / 10000) : '–';
    });
    put('rescaled', weights ? fixed(points / weights) : '–');
    put('absolute', fixed(points / 10000));
    put('n', scored);
    put('m', chosen);
    put('explained', explained);
    put('proven', proven);
    const bar = document.querySelector('.totals progress');
    if (bar) { bar.max = chosen; bar.value = scored; }
  }

  function openEvidence() {
    const panel = document.getElementById('evi');
    if (panel && innerWidth < 1200 && window.bootstrap) window.bootstrap.Offcanvas.getOrCreateInstance(panel).show();
    return panel && panel.querySelector('a');
  }

  sheet.addEventListener('input', total);
  sheet.addEventListener('focusin', function (event) {
    const current = event.target.closest('tr[data-w]');
    if (current) rows.forEach(function (row) { row.classList.toggle('cur', row === current); });
  });
  sheet.addEventListener('keydown', function (event) {
    const at = inputs.indexOf(event.target);
    if (at < 0) return;
    const go = {
      Enter: function () { return inputs[at + 1]; },
      ArrowDown: function () { return inputs[at + 1]; },
      ArrowUp: function () { return inputs[at - 1]; },
      n: function () { return inputs.slice(at + 1).concat(inputs).find(function (input) { return input.value === ''; }); },
      v: openEvidence
    }[event.key];
    if (!go) return;
    event.preventDefault();
    const to = go();
    if (to) to.focus();
    if (to && to.select) to.select();
  });

  // Saved as one goes: each line by itself, one after another, with the version that this window has seen.
  const form = sheet.closest('form');
  const path = form && form.dataset.save;
  const kinds = ['chosen_', 'score_', 'note_'];

  function inputOf(name) { return form.elements[name]; }
  function typed(input) { return input.type !== 'checkbox' ? input.value : input.checked ? input.value : ''; }
  function say(row, text, wrong) {
    const place = row.querySelector('.kept');
    place.textContent = text;
    place.classList.toggle('bad', Boolean(wrong));
    row.querySelector('input[type=number]').classList.toggle('is-invalid', Boolean(wrong));
  }
  async function keep(row) {
    const number = row.dataset.n;
    const names = kinds.map(function (kind) { return kind + number; }).filter(function (name) {
      return inputOf('was_' + name);
    });
    const body = new FormData();
    ['csrfmiddlewaretoken', 'reviewer', 'version_' + number].filter(inputOf).concat(names).forEach(function (name) {
      body.set(name, typed(inputOf(name)));
    });
    names.forEach(function (name) { body.set('was_' + name, inputOf('was_' + name).value); });
    let answer, said;
    try {
      answer = await fetch(path + number + '/', {method: 'POST', body: body, credentials: 'same-origin'});
      said = await answer.json();
    } catch (error) {
      return say(row, form.dataset.failed, true);
    }
    if (!answer.ok) {
      row.dataset.seen = 'version' in said ? said.version : '';   // what is typed next is typed knowing this
      return say(row, said.detail, true);
    }
    form.elements['version_' + number].value = said.version;
    names.forEach(function (name) {
      const input = inputOf(name);
      inputOf('was_' + name).value = body.get(name);
      if (typed(input) !== body.get(name)) return;
      if (input.type === 'checkbox') input.defaultChecked = input.checked;
      else input.defaultValue = body.get(name);
    });
    say(row, form.dataset.saved);
  }
  const queue = new Map();   // what is being saved, by row
  if (path) sheet.addEventListener('change', function (event) {
    const row = event.target.closest('tr[data-n]');
    if (!row) return;
    if (row.dataset.seen) {
      form.elements['version_' + row.dataset.n].value = row.dataset.seen;
      delete row.dataset.seen;
    }
    const saving = (queue.get(row) || Promise.resolve()).then(function () { return keep(row); }).then(function () {
      if (queue.get(row) === saving) queue.delete(row);
    });
    queue.set(row, saving);
  });
  // Handing in waits for what is being saved, or it would say that another window has changed the last score. Only for
  // that: a form that is sent anew while its submit event is still on its way is not sent at all.
  if (path) form.addEventListener('submit', function (event) {
    if (!queue.size) return;
    event.preventDefault();
    const button = event.submitter;
    Promise.all(queue.values()).then(function () { form.requestSubmit(button); });
  });
  total();
}());
