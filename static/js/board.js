// A move draws the board anew. The page stays where it was, and the focus stays at the card that was moved.

const said = document.getElementById('board-said')
let moved = {} // the card whose button was pressed last, and the one beside it
let before = 0 // how far the page was scrolled
let height = 0 // of the old board: a shorter one would pull the page up

document.addEventListener('submit', ({ target }) => {
  const card = target.closest('.card') ?? document.getElementById(target.dataset.card)
  if (card) moved = { id: card.id, beside: (card.nextElementSibling ?? card.previousElementSibling)?.id }
}, true)

document.addEventListener('htmx:before:swap', ({ detail: { tasks } }) => {
  const board = tasks.find(({ target }) => target?.id === 'board')?.target
  if (board) [before, height] = [scrollY, board.offsetHeight]
})

// The new board is there: its card, or, where a phone shows another stage, the one that was beside it.
function stay() {
  scrollTo({ top: before, behavior: 'instant' })
  if (document.activeElement !== document.body && !said.contains(document.activeElement)) return
  const cards = [moved.id, moved.beside].map((id) => document.getElementById(id))
  const card = cards.find((one) => one?.getClientRects().length)
  const place = card?.querySelector('button.card__move') ?? card?.querySelector('a')
  place?.focus({ preventScroll: true })
  if (place?.matches(':focus-visible')) place.scrollIntoView({ block: 'nearest' })
}

function close() {
  const hadFocus = said.contains(document.activeElement)
  said.replaceChildren()
  if (!hadFocus) return
  before = scrollY
  stay()
}

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (!moved.id || ctx.target?.id !== 'board') return
  document.getElementById('board').style.minHeight = `${height}px`
  stay()
})
said.addEventListener('click', ({ target }) => target.closest('[data-close]') && close())
document.addEventListener('keydown', ({ key }) => key === 'Escape' && said.firstChild && close())
