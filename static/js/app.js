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

  // A form marked data-guard asks before what was typed is thrown away.
  document.addEventListener('input', function (event) {
    const form = event.target.form;
    if (form && 'guard' in form.dataset) form.dataset.guard = 'changed';
  });
  document.addEventListener('submit', function (event) {
    if ('guard' in event.target.dataset) event.target.dataset.guard = '';
  });
  addEventListener('beforeunload', function (event) {
    if (document.querySelector('form[data-guard=changed]')) event.preventDefault();
  });

  // On a phone the navigation scrolls sideways: begin where one is.
  document.addEventListener('DOMContentLoaded', function () {
    const here = document.querySelector('.topnav [aria-current]');
    if (here) here.parentNode.scrollLeft = here.offsetLeft - here.parentNode.offsetLeft - 80;
  });
}());
