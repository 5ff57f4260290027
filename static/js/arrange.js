// A row is dragged by its handle, with a mouse or a finger, and dropped where another stands; the arrows do the same.
// Where data-arrange is "live" nothing is sent: the page's own script hears "arranged".
(function () {
  'use strict';
  const list = document.querySelector('[data-arrange]');
  if (!list) return;
  let dragged = null;
  let over = null;

  function mark(row) {
    if (over) over.classList.remove('over');
    over = row;
    if (over) over.classList.add('over');
  }

  list.addEventListener('pointerdown', function (event) {
    const grip = event.target.closest('.grip');
    if (!grip) return;
    dragged = grip.closest('li');
    dragged.classList.add('dragged');
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  list.addEventListener('pointermove', function (event) {
    if (!dragged) return;
    const there = document.elementFromPoint(event.clientX, event.clientY);
    const row = there && there.closest('[data-arrange] > li');
    mark(row && row !== dragged ? row : null);
    if (event.clientY < 80) scrollBy(0, -12);   // near an edge the page goes along
    if (event.clientY > innerHeight - 80) scrollBy(0, 12);
  });
  list.addEventListener('pointerup', function () {
    if (!dragged) return;
    dragged.classList.remove('dragged');
    if (over && list.dataset.arrange === 'live') {
      list.dispatchEvent(new CustomEvent('arranged', { detail: { row: dragged, at: over } }));
    } else if (over) {
      const button = dragged.querySelector('[name=to]:not([disabled])');
      button.value = over.dataset.number;
      button.click();
    }
    dragged = null;
    mark(null);
  });
  list.addEventListener('pointercancel', function () {
    if (dragged) dragged.classList.remove('dragged');
    dragged = null;
    mark(null);
  });
}());
