/* Files may be dropped onto the form that uploads pictures; they are sent as if they had been chosen.
   Without this file the file field does all of it. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-drop]");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  const over = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

  form.querySelector("[hidden]").hidden = false;
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      if (!over(event)) return;
      event.preventDefault();
      form.dataset.drop = "over";
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.dataset.drop = "";
  });
  form.addEventListener("drop", (event) => {
    if (!over(event) || !event.dataTransfer.files.length) return;
    event.preventDefault();
    form.dataset.drop = "";
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
})();
