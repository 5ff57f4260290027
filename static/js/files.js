// Handing in files: dragging them onto the form, saying at once what is too large, and a bar while they travel.
// Without it the form is sent as any other. Listeners stand on the document, so parts that htmx brings later work too.
(function () {
  'use strict';

  function formOf(event) {
    return event.target instanceof Element ? event.target.closest('form.attach') : null;
  }
  function say(form, sentence) {
    const note = form.querySelector('[role=alert]');
    note.textContent = sentence;
    note.hidden = !sentence;
  }
  function tooLarge(form) {
    const files = Array.from(form.elements.uploads.files);
    return files.filter(function (file) { return file.size > Number(form.dataset.limit); });
  }
  function tooMany(form) {
    return Array.from(form.elements.uploads.files).reduce(function (sum, file) { return sum + file.size; }, 0)
      > Number(form.dataset.limitAtOnce);
  }
  function check(form) {
    const sentences = tooLarge(form).map(function (file) { return file.name + ': ' + form.dataset.tooLarge; });
    if (!sentences.length && tooMany(form)) sentences.push(form.dataset.tooMany);
    say(form, sentences.join(' '));
    return !sentences.length;
  }

  document.addEventListener('dragover', function (event) {
    const form = formOf(event);
    if (!form || !Array.from(event.dataTransfer.types).includes('Files')) return;
    event.preventDefault();
    form.querySelector('.drop').classList.add('over');
  });
  document.addEventListener('dragleave', function (event) {
    const form = formOf(event);
    if (form && !form.contains(event.relatedTarget)) form.querySelector('.drop').classList.remove('over');
  });
  document.addEventListener('drop', function (event) {
    const form = formOf(event);
    if (!form || !event.dataTransfer.files.length) return;
    event.preventDefault();
    form.querySelector('.drop').classList.remove('over');
    form.elements.uploads.files = event.dataTransfer.files;
    check(form);
  });
  document.addEventListener('change', function (event) {
    const form = formOf(event);
    if (form && event.target.name === 'uploads') check(form);
  });

  document.addEventListener('htmx:beforeRequest', function (event) {
    const form = formOf(event);
    if (!form) return;
    if (!check(form)) { event.preventDefault(); return; }
    form.querySelector('progress').hidden = false;
    form.querySelector('[type=submit]').disabled = true;
  });
  document.addEventListener('htmx:xhr:progress', function (event) {
    const form = formOf(event);
    if (form && event.detail.lengthComputable) {
      form.querySelector('progress').value = 100 * event.detail.loaded / event.detail.total;
    }
  });
  function broken(event) {
    const form = formOf(event);
    if (!form) return;
    form.querySelector('progress').hidden = true;
    form.querySelector('[type=submit]').disabled = false;
    say(form, form.dataset.broken);
  }
  ['htmx:sendError', 'htmx:responseError', 'htmx:timeout'].forEach(function (name) {
    document.addEventListener(name, broken);
  });
}());
