// The table of tasks and quarters by keyboard, and its panel. Keys act only while the focus is in the table or the panel:
// arrows from cell to cell, Enter opens (a link), N next overdue, J next to confirm, C confirm, R return, U urge, Esc back.
(function () {
  'use strict';
  const matrix = document.querySelector('.matrix');
  const panel = document.getElementById('panel');
  if (!matrix || !panel) return;
  const rows = Array.from(matrix.tBodies[0].rows);
  const cells = Array.from(matrix.querySelectorAll('tbody .cell'));

  function current() { return matrix.querySelector('.cell[aria-current]'); }

  function narrow() { return innerWidth < 1200 && window.bootstrap; }
  function showPanel() {
    if (narrow()) window.bootstrap.Offcanvas.getOrCreateInstance(panel).show();
  }

  // From one cell to the cell beside it, or in the same quarter above or below; a task may lack a quarter.
  function beside(cell, down, right) {
    if (right) return cells[cells.indexOf(cell) + right];
    let row = rows.indexOf(cell.closest('tr'));
    let found = null;
    while (rows[row += down] && !found) found = rows[row].cells[cell.parentNode.cellIndex].querySelector('.cell');
    return found;
  }
  function next(kind) {
    const at = cells.indexOf(document.activeElement.closest('.cell') || current());
    return cells.slice(at + 1).concat(cells.slice(0, at + 1)).find(function (cell) {
      return cell.parentNode.classList.contains(kind);
    });
  }
  function go(cell, open) {
    if (!cell) return;
    cell.focus();
    if (open) cell.click();
  }
  function press(act) {
    const button = panel.querySelector('.panel-foot [value="' + act + '"]');
    if (button) button.click();
  }

  const keys = {
    n: function () { go(next('late'), true); },
    j: function () { go(next('wait'), true); },
    c: function () { press('confirm'); },
    u: function () { press('urge'); },
    r: function () {
      const comment = panel.querySelector('.panel-foot textarea');
      if (comment) comment.focus();
    }
  };
  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function onKey(event) {
    if (event.key === 'Escape') return go(current());
    if (event.target.matches('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = event.target.closest('.cell');
    if (cell && arrows[event.key]) go(beside(cell, ...arrows[event.key]));
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  }
  matrix.addEventListener('keydown', onKey);
  panel.addEventListener('keydown', onKey);

  // htmx brings the panel of the cell that was opened; without htmx the page comes anew, at #panel.
  matrix.addEventListener('click', function (event) {
    const cell = event.target.closest('.cell');
    if (!cell) return;
    if (current()) current().removeAttribute('aria-current');
    cell.setAttribute('aria-current', 'true');
  });
  panel.addEventListener('htmx:afterSettle', showPanel);
  panel.addEventListener('hidden.bs.offcanvas', function () { go(current()); });   // the sheet lets go of the focus only now
  document.addEventListener('DOMContentLoaded', function () { if (location.hash === '#panel') showPanel(); });
}());
