// The text of an annual report: counted and saved part by part while one writes, with the version that this window saw.
// form[data-save] holds sections [data-part]; each has a textarea, ticks, a hidden version, [data-count] and .kept.
(function () {
  'use strict';
  const form = document.querySelector('form[data-save]');
  if (!form) return;
  const PAUSE = 1500;   // milliseconds without a key
  const waiting = new Map(), saving = new Map();

  function fields(part) {
    return Array.from(part.querySelectorAll('textarea, input')).filter(function (field) { return field.name; });
  }
  function version(part) { return part.querySelector('input[type=hidden]'); }
  function say(part, text, wrong) {
    const place = part.querySelector('.kept');
    place.textContent = text;
    place.classList.toggle('bad', Boolean(wrong));
  }
  function count(part) {
    part.querySelector('[data-count]').textContent = Array.from(part.querySelector('textarea').value).length;
  }

  async function keep(part) {
    const sent = fields(part).map(function (field) { return [field, field.value, field.checked]; });
    const body = new FormData();
    body.set('csrfmiddlewaretoken', form.elements.csrfmiddlewaretoken.value);
    sent.forEach(function (one) {
      if (one[0].type !== 'checkbox' || one[2]) body.append(one[0].name, one[1]);
    });
    let answer, said;
    try {
      answer = await fetch(form.dataset.save + part.dataset.part + '/', {
        method: 'POST', body: body, credentials: 'same-origin'
      });
      said = await answer.json();
    } catch (error) {
      return say(part, form.dataset.failed, true);
    }
    if ('version' in said) version(part).value = said.version;   // what is typed next is typed knowing this
    if (!answer.ok) return say(part, said.detail, true);
    sent.forEach(function (one) {   // so that nobody is asked about what is kept
      if (one[0].type === 'checkbox') one[0].defaultChecked = one[2];
      else if (one[0].type !== 'hidden') one[0].defaultValue = one[1];
    });
    say(part, form.dataset.saved);
  }
  function save(part) {
    clearTimeout(waiting.get(part));
    waiting.delete(part);
    const done = (saving.get(part) || Promise.resolve()).then(function () { return keep(part); }).then(function () {
      if (saving.get(part) === done) saving.delete(part);
    });
    saving.set(part, done);
  }

  form.addEventListener('input', function (event) {
    const part = event.target.closest('[data-part]');
    if (!part) return;
    count(part);
    clearTimeout(waiting.get(part));
    waiting.set(part, setTimeout(save, event.target.type === 'checkbox' ? 0 : PAUSE, part));
  });
  form.addEventListener('focusout', function (event) {
    const part = event.target.closest('[data-part]');
    if (part && waiting.has(part)) save(part);
  });
  // The button waits for what is on its way, or it would say that another window has changed the text.
  form.addEventListener('submit', function (event) {
    waiting.forEach(function (_timer, part) { save(part); });
    if (!saving.size) return;
    event.preventDefault();
    Promise.all(saving.values()).then(function () { form.requestSubmit(event.submitter); });
  });
}());
