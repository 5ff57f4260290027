// The week of hours: quarter-hour steppers, totals both ways while one types, arrow keys from field to field.
// td[data-d=1..7] is a day's cell, td.sum a row's total, [data-sum="1..7"|"all"] the totals of days and week.
(function () {
  'use strict';
  const week = document.querySelector('.week');
  if (!week) return;
  const rows = Array.from(week.tBodies[0].rows);

  // As read_hours of the server: 1.5, 1:30, and both in full-width characters.
  function read(typed) {
    const plain = typed.normalize('NFKC').replace('。', '.').trim();
    const clock = /^(\d{1,2}):([0-5]\d)$/.exec(plain);
    return clock ? Number(clock[1]) + Number(clock[2]) / 60 : parseFloat(plain) || 0;
  }
  function value(cell) {
    const input = cell.querySelector('input');
    const shown = cell.querySelector('.val');
    return read(input ? input.value : shown ? shown.textContent : '');
  }
  function text(hours) { return String(Math.round(hours * 100) / 100); }
  function put(name, hours, none) {
    document.querySelectorAll('[data-sum="' + name + '"]').forEach(function (place) {
      place.textContent = hours ? text(hours) : none;
    });
  }

  function total() {
    const days = {};
    let all = 0;
    rows.forEach(function (row) {
      let sum = 0;
      row.querySelectorAll('td[data-d]').forEach(function (cell) {
        const hours = value(cell);
        sum += hours;
        days[cell.dataset.d] = (days[cell.dataset.d] || 0) + hours;
      });
      const place = row.querySelector('td.sum');
      if (place) place.textContent = text(sum);
      all += sum;
    });
    Object.keys(days).forEach(function (day) { put(day, days[day], '–'); });
    put('all', all, '0');
  }

  week.addEventListener('input', total);
  total();   // after a reload the browser may put back what was typed

  week.addEventListener('click', function (event) {
    const step = event.target.closest('.step');
    if (!step) return;
    const input = step.parentNode.querySelector('input');
    const hours = read(input.value) + parseFloat(step.dataset.by);
    input.value = Math.min(24, Math.max(0, hours)) || '';
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });

  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  week.addEventListener('keydown', function (event) {
    const move = moves[event.key];
    const cell = event.target.closest('td[data-d]');
    if (!move || !cell || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    let row = rows.indexOf(cell.parentNode) + move[0];
    let day = Number(cell.dataset.d) + move[1];
    while (rows[row] && day >= 1 && day <= 7) {
      const next = rows[row].querySelector('td[data-d="' + day + '"] input');
      if (next) {
        if (!next.offsetParent) document.getElementById('d' + day).checked = true;   // a narrow screen shows one day
        next.focus();
        next.select();
        return;
      }
      row += move[0];
      day += move[1];
    }
  });

  // "Correct" of a returned entry: choose its day (on a phone one day is shown) and go to its field.
  document.addEventListener('click', function (event) {
    const link = event.target.closest('a[data-day]');
    const day = link && document.getElementById('d' + link.dataset.day);
    const field = link && document.querySelector(link.hash);
    if (!field) return;
    event.preventDefault();
    if (day) day.checked = true;
    field.focus();
  });
}());
