// What the pages do a little better with JavaScript. Everything works without.

// Leave quickly: the page goes out of the history, so that "back" does not
// show it. Escape three times in two seconds does the same.
function leave() {
  const way = document.querySelector("a.t-exit");
  if (!way) return;
  document.body.hidden = true;
  document.title = "…";
  location.replace(way.href);
}

let escapes = [];
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  const now = Date.now();
  escapes = [...escapes.filter((t) => now - t < 2000), now];
  if (escapes.length >= 3) leave();
});

document.addEventListener("click", (e) => {
  if (e.target.closest("a.t-exit")) {
    e.preventDefault();
    leave();
  }
  if (e.target.closest("[data-print]")) print();
});

// A page brought back from the browser's memory after the way out is empty.
addEventListener("pageshow", (e) => {
  if (e.persisted && document.body.hidden) location.reload();
});

// A field grows with what is written, where the browser does not do it itself.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (t) => {
    t.style.blockSize = "auto";
    t.style.blockSize = `${t.scrollHeight + 2}px`;
  };
  for (const t of document.querySelectorAll("textarea")) {
    grow(t);
    t.addEventListener("input", () => grow(t));
  }
}

// Pressing twice sends once. The server refuses the second as well; this spares
// the sender the question. It opens again after a while, for an answer that is
// a file or that never came.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (e) => {
    if (form.dataset.sent) return e.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

// What only works with JavaScript is shown only with it.
for (const el of document.querySelectorAll("[data-print]")) el.hidden = false;

// Where the server found faults, the list of them is read out first.
document.querySelector(".ds-error-summary")?.focus();
