// Keeps what is typed while it is typed, beside the saved page. It asks nothing of the browser's storage: while there is
// no connection the words are only on the page, and the script says so and goes on trying.

const AFTER_TYPING = 3_000 // milliseconds after the last key
const AT_THE_LATEST = 15_000 // while somebody types without a pause
const PAUSES = [2_000, 4_000, 8_000, 15_000, 30_000, 60_000]
const PATIENCE = 15_000
const LARGEST_ON_LEAVING = 60_000 // bytes that browsers let a request carry beyond its page

const SAID = {
  kept: 'Saved a moment ago. Press a save button when the page is done.',
  offline: 'Not saved yet: no connection. Keep this page open. It goes on trying.',
  busy: 'Not saved yet: the service is busy. Keep this page open. It goes on trying.',
  401: 'Not saved yet: you have been signed out. Keep this page open and sign in in another tab. It is saved then.',
  broken: 'What you type is not saved by itself here. Press a save button before you leave this page.',
  403: 'This page cannot be kept as you type: your account may not write it any more. Copy what you typed.',
  404: 'This page cannot be kept as you type: it is no longer there. Copy what you typed.',
}

function newSitting() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

// AbortSignal.timeout is not there in Safari before 16.
function patience() {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), PATIENCE)
  return { signal: controller.signal, end: () => clearTimeout(timer) }
}

// Sends a form that was held as if its button were pressed now; Safari before 16 has no requestSubmit.
function sendForm(form, button) {
  if (form.requestSubmit) return form.requestSubmit(button)
  if (button?.name) {
    const pressed = document.createElement('input')
    Object.assign(pressed, { type: 'hidden', name: button.name, value: button.value })
    form.append(pressed)
  }
  form.submit()
}

class Autosave {
  constructor(form) {
    this.form = form
    this.said = form.querySelector('[data-autosave-said]')
    this.others = document.querySelector('[data-others]')
    this.sitting = form.dataset.sitting
    this.version = Number(form.dataset.draftVersion)
    this.stroke = 0
    this.kept = this.typed()
    this.tries = 0
    this.failing = false
    this.broken = false
    this.stopped = ''
    form.addEventListener('input', () => this.onTyping())
    form.addEventListener('change', () => this.onTyping())
    form.addEventListener('submit', (event) => this.onSubmit(event))
    addEventListener('online', () => this.unsent && this.send(true))
    addEventListener('pagehide', () => this.onLeaving())
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.onLeaving())
    addEventListener('pageshow', ({ persisted }) => persisted && this.onReturn())
    addEventListener('beforeunload', (event) => {
      if (this.failing && this.unsent && !this.passing) event.preventDefault()
    })
  }

  // The fields as they stand, without what the portal itself put there.
  typed() {
    const fields = new URLSearchParams(new FormData(this.form))
    for (const name of ['csrf_token', 'submission_id', 'version', 'sitting', 'adding']) fields.delete(name)
    return fields.toString()
  }

  get unsent() {
    return !this.stopped && !this.broken && this.typed() !== this.kept
  }

  onTyping() {
    if (this.broken) return
    if (this.stopped && this.stopped === this.typed()) return
    this.stopped = ''
    this.firstStroke ??= Date.now()
    const wait = Math.max(0, Math.min(AFTER_TYPING, this.firstStroke + AT_THE_LATEST - Date.now()))
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), wait)
  }

  // On the way out: what no later moment could send. It is no sign that somebody is at work.
  onLeaving() {
    if (this.passing || !this.unsent) return
    clearTimeout(this.timer)
    this.send(true, true)
  }

  // The page came back from the browser's memory: it is a new sitting.
  onReturn() {
    this.passing = false
    this.renew()
  }

  renew() {
    this.sitting = newSitting()
    this.form.elements.sitting.value = this.sitting
    this.stroke = 0
  }

  // Before the page is sent, what was typed is made sure of: without a connection the page stays. The form is held for
  // that reason alone: whatever else fails here, it goes as any other form.
  async onSubmit(event) {
    if (this.passing || this.broken || event.submitter === undefined) return
    if (this.waiting) return event.preventDefault()
    clearTimeout(this.timer)
    if (!this.unsent && !this.failing) {
      this.passing = true
      return
    }
    event.preventDefault()
    this.waiting = true
    const arrived = await this.send()
    this.waiting = false
    if (!arrived) return
    this.passing = true
    sendForm(this.form, event.submitter)
  }

  // True unless there is no connection; a fault of this script holds nothing up. idle: not straight after typing, so nobody is kept signed in by it.
  async send(idle = false, leaving = false) {
    if (this.busy && !leaving) {
      await this.busy
      if (!this.unsent) return !this.failing
    }
    const sending = this.sendNow(idle, leaving).catch(() => this.giveUp())
    this.busy = sending
    const arrived = await sending
    if (this.busy === sending) this.busy = undefined
    return arrived
  }

  async sendNow(idle, leaving) {
    clearTimeout(this.timer)
    this.firstStroke = undefined
    const typed = this.typed()
    this.stroke += 1
    const body = new URLSearchParams(typed)
    const facts = { sitting: this.sitting, stroke: this.stroke, page_version: this.form.dataset.pageVersion, draft_version: this.version }
    for (const [name, value] of Object.entries(facts)) body.set(name, value)
    const headers = { 'X-CSRFToken': this.form.elements.csrf_token.value, Accept: 'application/json' }
    if (idle) headers['X-Poll'] = '1'
    const waited = patience()
    const asked = { method: 'POST', body, headers, keepalive: leaving && body.toString().length < LARGEST_ON_LEAVING, signal: waited.signal }
    const answer = await fetch(this.form.dataset.autosave, asked).catch(() => null)
    waited.end()
    if (!answer) {
      this.failed('offline')
      return false
    }
    await this.take(answer, typed)
    return true
  }

  // What came is no answer of the portal, or this browser lacks something: the page is a plain form from here on.
  giveUp() {
    this.broken = true
    this.failing = false
    this.say(SAID.broken, true)
    return true
  }

  async take(answer, typed) {
    const { status } = answer
    if (status === 401 || status === 429 || status >= 500) return this.failed(status === 401 ? 401 : 'busy')
    if (!answer.ok) {
      const words = status === 409 || status === 422 ? (await answer.json()).words : SAID[status]
      this.stopped = typed
      this.failing = false
      return this.say(words ?? SAID[404], true)
    }
    const { version, closed, others } = await answer.json()
    this.version = version
    this.failing = false
    this.tries = 0
    if (closed) {
      this.renew() // this page was saved already, and somebody types on in it
      return this.onTyping()
    }
    this.kept = typed
    this.say(SAID.kept, false)
    this.name(others)
    if (this.unsent) this.onTyping()
  }

  failed(why) {
    this.failing = true
    this.say(SAID[why], true)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.unsent && this.send(true), PAUSES[Math.min(this.tries, PAUSES.length - 1)])
    this.tries += 1
  }

  say(words, waiting) {
    if (this.said.textContent !== words) this.said.textContent = words
    this.said.classList.toggle('app-autosave--waiting', waiting)
  }

  name(others) {
    const words = others.length ? `${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} also working on this page. Whoever saves second sees both texts.` : ''
    if (this.others.textContent !== words) this.others.textContent = words
  }
}

for (const form of document.querySelectorAll('form[data-autosave]')) new Autosave(form)
