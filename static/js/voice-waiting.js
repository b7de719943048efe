// On the worker's page: how many answers wait on this tablet, also that none does, because somebody waits to read that.
// It sends them too, now that there is a signal. Where the store cannot be opened it says nothing.
import { send, whenSent } from './tablet-store.js'

const NONE = 'Nothing waits on this tablet.'
const line = document.getElementById('voice-waiting')

function show(left) {
  const number = left.filter((record) => !record.refused && !record.talkRefused).length
  line.hidden = false
  line.textContent = left.length === 0 ? NONE : number === 0 ? line.dataset.refused : number === 1 ? line.dataset.one : line.dataset.many.replace('{n}', number)
}

if (line) {
  whenSent(show)
  send()
}
