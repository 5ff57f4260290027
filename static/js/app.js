// Loaded in <head> without defer, so that the theme is set before the first paint; the rest waits for the document.
// Every page reads and submits without it.
(function () {
  'use strict';
  const root = document.documentElement;

  function remembered() {
    try { return localStorage.getItem('theme'); } catch (error) { return null; }   // refused in some private windows
  }
  function remember(theme) {
    try { localStorage.setItem('theme', theme); } catch (error) { /* the choice then lasts for this page */ }
  }
  function setTheme(theme) {
    root.setAttribute('data-bs-theme', theme);
  }
  root.classList.add('js');
  setTheme(remembered() || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));

  function wireTheme() {
    document.querySelectorAll('[data-theme-toggle]').forEach(function (button) {
      button.addEventListener('click', function () {
        const theme = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
        setTheme(theme);
        remember(theme);
        document.dispatchEvent(new CustomEvent('themechange'));
      });
    });
  }

  // On a phone the navigation scrolls sideways: begin where one is.
  function showCurrentLink() {
    const current = document.querySelector('.topnav [aria-current]');
    if (current) current.parentNode.scrollLeft = current.offsetLeft - current.parentNode.offsetLeft - 80;
  }

  function wireMenus() {
    const menus = document.querySelectorAll('details[data-menu]');
    document.addEventListener('click', function (event) {
      menus.forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
    });
    menus.forEach(function (menu) {
      menu.addEventListener('keydown', function (event) {
        if (event.key !== 'Escape') return;
        menu.open = false;
        menu.querySelector('summary').focus();
      });
    });
  }

  function wireCopy() {
    document.querySelectorAll('[data-copy]').forEach(function (button) {
      button.addEventListener('click', function () {
        if (!navigator.clipboard) return;
        navigator.clipboard.writeText(button.dataset.copy).then(function () {
          button.lastChild.textContent = button.dataset.copied;
        });
      });
    });
  }

  // A form marked data-guard asks before what was typed is thrown away.
  function wireGuards() {
    document.querySelectorAll('form[data-guard]').forEach(function (form) {
      let changed = false;
      form.addEventListener('input', function () { changed = true; });
      form.addEventListener('submit', function () { changed = false; });
      addEventListener('beforeunload', function (event) { if (changed) event.preventDefault(); });
    });
  }

  document.addEventListener('DOMContentLoaded', function () {
    showCurrentLink();
    wireTheme();
    wireMenus();
    wireCopy();
    wireGuards();
  });
}());
