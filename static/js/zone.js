// The company is most likely where its first admin is. What was typed, or comes back from the server, stays.
const field = document.querySelector("#time_zone");
if (field?.value === "") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
