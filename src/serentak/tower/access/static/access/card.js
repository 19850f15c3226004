// The field for a card's code: capitals, and a dash after every fourth sign, while somebody types.
const field = document.querySelector("input[data-code]");
field?.addEventListener("input", () => {
  if (field.selectionStart !== field.value.length) return;
  const signs = field.value.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, 20);
  field.value = signs.replace(/(.{4})(?=.)/g, "$1-");
});
