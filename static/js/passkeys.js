// The library's ceremony for the button marked data-passkey ("add" or "use"), with the form around it.
document.addEventListener('DOMContentLoaded', function () {
  const button = document.querySelector('[data-passkey]');
  const ids = { add: button.id, authenticate: button.id, credential: button.form.elements.credential.id, data: 'js_data' };
  const forms = window.allauth.webauthn.forms;
  (button.dataset.passkey === 'add' ? forms.addForm : forms.authenticateForm)({ ids });
});

// Whoever cancels, waits too long or has no passkeys here reads a sentence; the library writes to the console only.
document.addEventListener('allauth.error', function (event) {
  event.preventDefault();
  document.getElementById('passkey_failed').hidden = false;
});
