// Starts the Design System's components and adds two small helps of our own. Every page works without this file;
// our own part stays under 5 kB.
import { initAll } from "./govuk-frontend.min.js";

initAll();

// "Select all" above a table whose rows can be ticked, with a count that is read out.
function addSelectAll(table) {
  const boxes = [...table.querySelectorAll('tbody input[type="checkbox"]')];
  const place = table.querySelector("thead th.wc-select");
  if (!boxes.length || !place) return;

  const item = document.createElement("div");
  item.className = "govuk-checkboxes govuk-checkboxes--small";
  item.innerHTML =
    '<div class="govuk-checkboxes__item"><input class="govuk-checkboxes__input" id="select-all" type="checkbox">' +
    '<label class="govuk-label govuk-checkboxes__label" for="select-all">' +
    '<span class="govuk-visually-hidden">Select all on this page</span></label></div>';
  place.replaceChildren(item);

  const said = document.createElement("p");
  said.className = "govuk-body wc-no-print";
  said.setAttribute("role", "status");
  table.closest("form")?.querySelector(".govuk-button-group")?.before(said);

  const all = item.querySelector("input");
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    said.textContent = ticked ? `${ticked} selected` : "";
  };
  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    count();
  });
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
}

// "Copy" beside a text that has to be carried somewhere else. The text itself can always be selected.
function addCopy(text) {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = "Copy";
  const said = document.createElement("span");
  said.className = "govuk-body govuk-!-margin-left-2";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    said.textContent = "Copied";
  });
  text.after(button, said);
}

document.querySelectorAll("[data-wc-select]").forEach(addSelectAll);
document.querySelectorAll("[data-wc-copy]").forEach(addCopy);
