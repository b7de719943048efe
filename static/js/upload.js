// Adds to the plain upload form: dragging, several files one after another, progress in words, cancel, and a sentence
// for each refused file where it stands. Without this file the form posts as any other.

const SAID = {
  0: 'The connection was lost. The file was not added.',
  401: 'You have been signed out. Sign in in another tab, then try again.',
  403: 'Your account may not add files here.',
  404: 'This is no longer here, or is not yours to change.',
  413: 'This file is too big to send. A file can be up to 10 MB.',
  429: 'Too many tries in a short time. Wait a minute, then try again.',
  503: 'The service is busy. Wait a minute, then try again.',
  unknown: 'Load the page again to see whether it was added.',
  other: 'Something went wrong on our side, and the file was not added. Try again in a minute.',
}

const MOST_SPOKEN = 30
const WORTH_RETRYING = new Set([0, 401, 429, 500, 502, 503, 504])

function sizeWords(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1).replace('.0', '')} MB`
}

function element(name, className, text = '') {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

function button(text, about, act) {
  const made = element('button', 'govuk-button app-button--quiet', text)
  made.type = 'button'
  made.append(element('span', 'govuk-visually-hidden', ` ${about}`))
  made.addEventListener('click', act)
  return made
}

function newSubmissionId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

// What can be said without sending anything; all else is for the server to say.
function problemWith(file, form) {
  if (file.size > Number(form.dataset.largest)) {
    return `“${file.name}” is ${sizeWords(file.size)}. A file can be up to ${sizeWords(Number(form.dataset.largest))}: make it smaller, or add its parts one by one.`
  }
  return file.size === 0 ? `“${file.name}” is empty. Choose the file again.` : ''
}

class Upload {
  constructor(form) {
    this.form = form
    this.root = form.closest('[data-upload-root]')
    this.queue = []
    this.busy = false
    this.names = []
    this.input = form.querySelector('input[type=file]')
    this.rows = element('ul', 'app-upload__going')
    this.rows.setAttribute('aria-label', 'Files on their way')
    this.spoken = element('div', 'govuk-visually-hidden')
    this.spoken.setAttribute('role', 'log') // each sentence is a line of its own, so that the next one cannot replace it
    this.drop = element('p', 'app-upload__drop', 'Drag files here, or choose them below.')
    form.prepend(this.drop)
    form.append(this.rows, this.spoken)
    form.classList.add('app-upload__form--better')
    this.input.addEventListener('change', () => this.add(this.input.files))
    form.addEventListener('submit', (event) => {
      this.add(this.input.files) // should this fail, the form is sent as any other
      event.preventDefault()
    })
    for (const name of ['dragenter', 'dragover']) form.addEventListener(name, (event) => this.over(event, true))
    for (const name of ['dragleave', 'drop']) form.addEventListener(name, (event) => this.over(event, false))
    form.addEventListener('drop', (event) => this.add(event.dataTransfer.files))
  }

  over(event, inside) {
    if (![...event.dataTransfer.types].includes('Files')) return
    event.preventDefault()
    this.form.classList.toggle('app-upload__form--over', inside)
  }

  add(files) {
    for (const file of files) this.take(file)
    this.input.value = ''
    this.next()
  }

  take(file) {
    const row = element('li', 'app-upload__row')
    const name = this.nameOf(file)
    this.rows.append(row)
    const problem = problemWith(file, this.form)
    if (problem) return this.refuse({ name, row }, problem)
    this.queue.push(this.waiting({ file, name, row, submission: newSubmissionId() }))
  }

  // Phones call every photo image.jpg: the second one is said to be the second.
  nameOf({ name }) {
    this.names.push(name)
    const times = this.names.filter((other) => other === name).length
    return times > 1 ? `${name} (${times})` : name
  }

  waiting({ file, name, row, submission }) {
    const job = { file, name, row, submission, cancelled: false, request: null }
    const words = element('span', 'app-upload__words', `${name}: waiting`)
    const progress = element('progress', 'app-upload__bar')
    progress.max = 100
    progress.value = 0
    progress.setAttribute('aria-label', `How much of ${name} has been sent`)
    const cancel = button('Cancel', name, () => this.cancel(job))
    row.className = 'app-upload__row'
    this.change(row, () => row.replaceChildren(words, progress, cancel), () => cancel)
    return Object.assign(job, { words, progress })
  }

  cancel(job) {
    job.cancelled = true
    this.queue = this.queue.filter((other) => other !== job)
    job.request?.abort()
    this.change(job.row, () => job.row.remove())
    this.say(`${job.name}: not sent`)
  }

  // Changes a part of the page; had it the focus, that goes to its successor, or to the choice of files.
  change(part, act, successor = () => null) {
    const had = part.contains(document.activeElement)
    act()
    if (had) (successor() ?? this.input).focus()
  }

  next() {
    if (this.busy || !this.queue.length) return
    this.busy = true
    this.send(this.queue.shift())
  }

  send(job) {
    const body = new FormData()
    body.append('csrf_token', this.form.elements.csrf_token.value)
    body.append('submission_id', job.submission)
    body.append('files', job.file)
    const request = new XMLHttpRequest()
    job.request = request
    request.open('POST', this.form.getAttribute('action') || location.href)
    request.setRequestHeader('HX-Request', 'true')
    request.setRequestHeader('HX-Target', this.root.id)
    request.upload.addEventListener('progress', (event) => this.moved(job, event))
    request.addEventListener('loadend', () => this.ended(job, request))
    this.say(`${job.name}: sending`)
    request.send(body)
  }

  moved(job, { loaded, total }) {
    const share = total ? Math.min(100, Math.round((loaded / total) * 100)) : 0
    job.progress.value = share
    job.words.textContent = share < 100 ? `${job.name}: ${share}% of ${sizeWords(job.file.size)} sent` : `${job.name}: sent, being checked`
  }

  ended(job, request) {
    this.busy = false
    try {
      if (!job.cancelled) this.understand(job, request.status, request.responseText, request.getResponseHeader('HX-Redirect'))
    } catch {
      this.refuse(job, `“${job.name}”: ${SAID.unknown}`)
    }
    this.next()
  }

  understand(job, status, text, redirect) {
    const answered = status === 200 || status === 422
    const fresh = answered ? new DOMParser().parseFromString(text, 'text/html').getElementById(this.root.id) : null
    if (fresh) {
      const problem = fresh.querySelector('[data-upload-problem]')
      this.show(fresh)
      return problem ? this.refuse(job, problem.textContent) : this.done(job)
    }
    if (status === 200 && redirect) return this.done(job, ' Load the page again to see it in the list.')
    this.refuse(job, `“${job.name}”: ${SAID[status] ?? SAID.other}`, WORTH_RETRYING.has(status))
  }

  show(fresh) {
    const list = this.root.querySelector('.app-upload__list')
    const next = document.adoptNode(fresh.querySelector('.app-upload__list'))
    const focused = document.activeElement
    const file = focused?.closest('.app-upload__file')
    const same = () => file && document.getElementById(file.id)?.querySelector(focused.localName)
    this.change(list, () => list.replaceWith(next), same)
    const summary = this.root.querySelector(':scope > .govuk-error-summary')
    if (summary) this.change(summary, () => summary.remove())
    window.htmx?.process(next)
    this.root.dispatchEvent(new CustomEvent('files-changed', { bubbles: true }))
  }

  done(job, more = '') {
    const words = element('span', 'app-upload__words', `${job.name}: added.${more}`)
    this.change(job.row, () => (more ? job.row.replaceChildren(words) : job.row.remove()))
    this.say(`${job.name}: added.${more}`)
  }

  refuse({ name, row, file, submission }, words, retry = false) {
    const close = button('Close', `the message about ${name}`, () => this.change(row, () => row.remove()))
    const again = retry ? [button('Try again', name, () => this.again({ file, name, row, submission }))] : []
    row.className = 'app-upload__row app-upload__row--refused'
    const parts = [element('span', 'app-upload__words', words), ...again, close]
    this.change(row, () => row.replaceChildren(...parts), () => again[0] ?? close)
    this.say(words)
  }

  again(job) {
    this.queue.push(this.waiting(job))
    this.next()
  }

  say(words) {
    this.spoken.append(element('p', '', words))
    while (this.spoken.childElementCount > MOST_SPOKEN) this.spoken.firstElementChild.remove()
  }
}

function start() {
  for (const form of document.querySelectorAll('form[data-upload]:not(.app-upload__form--better)')) new Upload(form)
}

// Removing a file swaps the whole list: whatever tells of the files is told, as after adding one.
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  start()
  if (ctx.target?.matches?.('[data-upload-root]')) document.body.dispatchEvent(new CustomEvent('files-changed'))
})
start()
