// Questions that only some answers of another one ask for are shown with these answers. Without this file all are there.

function answerOf(form, name) {
  const chosen = form.querySelector(`[name="${CSS.escape(name)}"]:checked, select[name="${CSS.escape(name)}"]`)
  return chosen ? chosen.value : ''
}

function isEmpty(part) {
  return [...part.querySelectorAll('input, textarea, select')].every((field) =>
    ['checkbox', 'radio'].includes(field.type) ? !field.checked : field.type === 'hidden' || !field.value,
  )
}

function follow(part, form, first) {
  const wanted = part.dataset.askedFor.split(' ').includes(answerOf(form, part.dataset.askedBy))
  const keep = first && (!isEmpty(part) || part.querySelector('.govuk-error-message'))
  part.hidden = !wanted && !keep
}

for (const part of document.querySelectorAll('[data-asked-by]')) {
  const form = part.closest('form')
  follow(part, form, true)
  form.addEventListener('change', ({ target }) => {
    if (target.name === part.dataset.askedBy) follow(part, form, false)
  })
}
