// Progress bars ask for news until the work is done; forms are sent once; codes are copied and printed.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-progress]").forEach((box) => {
    const ask = async () => {
      try {
        const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
        const news = await answer.json();
        if (news.finished) { location.reload(); return; }
        const bar = box.querySelector("progress");
        if (news.percent === null) bar.removeAttribute("value"); else bar.value = news.percent;
        box.querySelector("[data-text]").textContent = news.text;
      } catch { /* the next question may be answered */ }
      setTimeout(ask, 1500);
    };
    setTimeout(ask, 700);
  });
  document.querySelectorAll("form[data-once]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  });
  document.querySelectorAll("[data-dialog]").forEach((button) => {
    const dialog = document.getElementById(button.dataset.dialog);
    button.addEventListener("click", () => dialog.showModal());
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
  });
  document.querySelectorAll("[data-copy]").forEach((button) => {
    // only where the browser lets a page copy: over HTTPS, or on this machine
    if (!navigator.clipboard) { button.remove(); return; }
    button.addEventListener("click", async () => {
      const lines = [...document.getElementById(button.dataset.copy).children].map((one) => one.textContent.trim());
      await navigator.clipboard.writeText(lines.join("\n"));
      button.textContent = button.dataset.copied;
    });
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.addEventListener("click", () => print());
  });
});
// The look's own script asks for a text box beside each file that is chosen; our pages have none.
document.addEventListener("change", (event) => {
  if (event.target.matches(".desk input[type=file]")) event.stopImmediatePropagation();
}, true);
