// Loaded in <head> without defer, so that the theme is set before the first paint; the rest waits for the document.
// Every page reads and submits without it. Listeners stand on the document, so parts that htmx brings later work too.
(function () {
  'use strict';
  const root = document.documentElement;

  function remembered() {
    try { return localStorage.getItem('theme'); } catch (error) { return null; }   // refused in some private windows
  }
  function remember(theme) {
    try { localStorage.setItem('theme', theme); } catch (error) { /* the choice then lasts for this page */ }
  }
  root.classList.add('js');
  root.dataset.bsTheme = remembered() || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

  function toggleTheme() {
    root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    remember(root.dataset.bsTheme);
    document.dispatchEvent(new CustomEvent('themechange'));
  }

  function copy(button) {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      if (button.dataset.copied) button.lastChild.textContent = button.dataset.copied;
    });
  }

  function closeMenus(except) {
    document.querySelectorAll('details.menu[open]').forEach(function (menu) { if (menu !== except) menu.open = false; });
  }

  document.addEventListener('click', function (event) {
    if (event.target.closest('[data-theme-toggle]')) toggleTheme();
    if (event.target.closest('[data-print]')) print();
    const copier = event.target.closest('[data-copy]');
    if (copier) copy(copier);
    closeMenus(event.target.closest('details.menu'));
  });

  document.addEventListener('keydown', function (event) {
    const menu = event.key === 'Escape' && document.querySelector('details.menu[open]');
    if (!menu) return;
    if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
    closeMenus(null);
  });

  // Whoever types works, though nothing is sent for a long time: the session does not end under a long text.
  let typed = false;
  document.addEventListener('input', function () { typed = true; });
  setInterval(function () {
    if (typed) fetch('/healthz');
    typed = false;
  }, 5 * 60 * 1000);

  // What was typed is not thrown away unasked: every form card, and any other form marked data-guard.
  const guarded = 'form[data-guard], form.form-card[method=post]';

  function differs(field) {
    if (field.type === 'hidden' || field.disabled) return false;
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
    if (!field.options) return field.defaultValue !== undefined && field.value !== field.defaultValue;
    const options = Array.from(field.options);
    const said = field.multiple || options.some(function (option) { return option.defaultSelected; });
    return options.some(function (option, i) { return option.selected !== (said ? option.defaultSelected : i === 0); });
  }
  function isChanged(form) {   // a form that came back with mistakes holds what was typed before
    return !form.dataset.sent && (form.querySelector('.errsum') || Array.from(form.elements).some(differs));
  }
  addEventListener('beforeunload', function (event) {
    if (Array.from(document.querySelectorAll(guarded)).some(isChanged)) event.preventDefault();
  });

  // A form is sent once, however often one clicks. A download (data-download) leaves the page as it is, a broken
  // connection too, so after a while, and when one comes back to the page, it can be sent again.
  function release(form) {
    delete form.dataset.sent;
    Array.from(form.elements).forEach(function (button) {
      if ('held' in button.dataset) { button.disabled = false; delete button.dataset.held; }
    });
  }
  function hold(form) {
    form.dataset.sent = 'yes';
    setTimeout(function () {   // not at once: the button that was clicked is sent with the form
      Array.from(form.elements).forEach(function (button) {
        if (button.type === 'submit' && !button.disabled) { button.disabled = true; button.dataset.held = ''; }
      });
    });
    setTimeout(release, 'download' in form.dataset ? 1500 : 15000, form);
  }
  document.addEventListener('submit', function (event) {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.dataset.sent) event.preventDefault();
    else if (!event.defaultPrevented) hold(form);
  });
  addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(release);
  });
  // htmx sends by itself: what it sent counts as sent while it is on its way, and after that only when it was taken.
  document.addEventListener('htmx:beforeRequest', function (event) {
    if (event.target.matches('form')) hold(event.target);
  });
  document.addEventListener('htmx:afterRequest', function (event) {
    if (event.target.matches('form')) release(event.target);
  });

  // On a phone the navigation scrolls sideways: begin where one is.
  document.addEventListener('DOMContentLoaded', function () {
    const here = document.querySelector('.topnav [aria-current]');
    if (here) here.parentNode.scrollLeft = here.offsetLeft - here.parentNode.offsetLeft - 80;
  });
}());
