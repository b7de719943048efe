// Signs in with a passkey, or makes one. A form says what to do: data-passkey="get" or "create", and data-options, the
// address that answers what the browser needs. The answer goes into the form's own field, and the form is sent as any
// other. Without this file, or in a browser without passkeys, the part around the form stays hidden and the password form is there.

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }))

async function optionsFrom(form) {
  const headers = { 'X-CSRFToken': form.elements.csrf_token?.value ?? '' }
  const answer = await fetch(form.dataset.options, { method: 'POST', headers })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}

async function ask(options) {
  const publicKey = { ...options, challenge: bytesOf(options.challenge), allowCredentials: known(options.allowCredentials) }
  return navigator.credentials.get({ publicKey })
}

async function make(options) {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  }
  return navigator.credentials.create({ publicKey })
}

function plain({ id, rawId, type, response }) {
  const parts = {}
  for (const name of ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject']) {
    if (response[name]) parts[name] = textOf(response[name])
  }
  return JSON.stringify({ id, rawId: textOf(rawId), type, response: parts, clientExtensionResults: {} })
}

async function use(form) {
  const words = form.querySelector('[data-passkey-words]')
  const button = form.querySelector('button')
  button.disabled = true
  words.textContent = ''
  try {
    const options = await optionsFrom(form)
    form.elements.passkey_token.value = plain(await (form.dataset.passkey === 'create' ? make(options) : ask(options)))
    form.submit()
  } catch (error) {
    button.disabled = false
    words.textContent = error.name === 'InvalidStateError' ? words.dataset.known : words.dataset.failed
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const part of document.querySelectorAll('[data-passkey-without]')) part.hidden = true
  for (const part of document.querySelectorAll('[data-passkey-with]')) part.hidden = false
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      use(form)
    })
  }
}
