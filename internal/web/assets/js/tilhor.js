// What the pages do a little better with JavaScript. Everything works without.

const way = document.querySelector("a.t-exit");
const nav = window.navigation; // not in every browser

// Leave quickly: the page goes out of the history, so that "back" does not
// show it, and so do those ahead of it. Escape three times in two seconds does the same.
function leave() {
  if (!way) return;
  document.body.hidden = true;
  document.title = "…";
  if (nav?.canGoForward) location.assign(way.href);
  else location.replace(way.href);
}

// Where one came out says so in its own entry of the history (nothing is stored); and a
// page from before that, which "back" comes to, goes out of the history too.
if (document.body.dataset.left) nav?.updateCurrentEntry({ state: "left" });
function look() {
  const at = nav?.currentEntry?.index;
  if (at >= 0 && nav.entries().slice(at + 1).some((e) => e.getState() === "left")) leave();
}
look();
addEventListener("pageshow", (e) => e.persisted && look());

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
