// On the worker's page: how many answers wait on this tablet. It sends them too, now that there is a signal.
import { send, whenSent } from './tablet-store.js'

const line = document.getElementById('voice-waiting')

function show(left) {
  const number = left.filter((record) => !record.refused && !record.talkRefused).length
  line.hidden = left.length === 0
  line.textContent = number === 0 ? line.dataset.refused : number === 1 ? line.dataset.one : line.dataset.many.replace('{n}', number)
}

if (line) {
  whenSent(show)
  send()
}
