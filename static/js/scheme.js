// The tree of a draft: sums as one types, in whole hundredths so that they are exact; rows moved by arrows or dragged.
// Nothing is sent before Save, and without this script the same form has a place and a dimension beside each indicator.
(function () {
  'use strict';
  const tree = document.querySelector('.tree');
  if (!tree) return;
  const form = tree.closest('form');
  const NUMBER = /^\d+(\.\d{1,2})?$/;

  function hundredths(input) {
    const text = input ? input.value.trim() : '';
    return NUMBER.test(text) ? Math.round(Number(text) * 100) : 0;
  }
  function plain(value) { return String(value / 100); }

  function show(row, sum) {
    if (!row || !row.querySelector('[data-sum]')) return;
    const said = row.querySelector('.figure input');
    row.querySelector('[data-sum]').textContent = plain(sum);
    row.querySelector('[data-differs]').hidden = !said.value.trim() || hundredths(said) === sum;
  }

  function add() {
    let group, dimension, inGroup = 0, inDimension = 0, total = 0;
    tree.querySelectorAll(':scope > li').forEach(function (row) {
      if (row.dataset.level) {
        show(dimension, inDimension);
        dimension = null;
        inDimension = 0;
        if (row.dataset.level === 'group') {
          show(group, inGroup);
          group = row;
          inGroup = 0;
        } else {
          dimension = row;
        }
        return;
      }
      const weight = hundredths(row.querySelector('.figure input'));
      inDimension += weight;
      inGroup += weight;
      total += weight;
    });
    show(dimension, inDimension);
    show(group, inGroup);
    form.querySelector('[data-total]').textContent = plain(total);
    form.querySelector('[data-off]').hidden = total === 10000;
  }

  function number() {
    let under = -1, place = 0;
    tree.querySelectorAll(':scope > li').forEach(function (row) {
      if (row.dataset.level === 'dimension') under += 1;
      if (row.dataset.level) return;
      place += 1;
      row.querySelector('[name$=_place]').value = place;
      row.querySelector('[name$=_under]').value = under;
    });
    add();
  }

  function step(row, by) {
    const rows = Array.from(tree.children);
    let at = rows.indexOf(row) + by;
    if (by < 0) {   // over a heading into the dimension above, whose last row it becomes
      if (rows[at].dataset.level === 'dimension') at -= 1;
      if (rows[at] && rows[at].dataset.level === 'group') at -= 1;
      if (!rows[at]) return;
      const fromHeading = rows.indexOf(row) - at > 1;
      rows[at][fromHeading ? 'after' : 'before'](row);
    } else {
      if (!rows[at]) return;
      if (rows[at].dataset.level === 'group') at += 1;
      rows[at].after(row);
    }
    number();
  }

  tree.addEventListener('input', add);
  tree.addEventListener('click', function (event) {
    const button = event.target.closest('[data-move]');
    if (!button) return;
    step(button.closest('li'), Number(button.dataset.move));
    button.focus();
  });
  tree.addEventListener('arranged', function (event) {
    const row = event.detail.row, at = event.detail.at;
    const rows = Array.from(tree.children);
    if (at.dataset.level === 'group') rows[rows.indexOf(at) + 1].after(row);
    else if (at.dataset.level || rows.indexOf(row) < rows.indexOf(at)) at.after(row);
    else at.before(row);
    number();
  });
  add();
}());
