// Passkeys: a form marked data-passkey="create|get" asks the browser for a key and hands in what it says, in the field named credential.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

async function create(options, passwordless) {
  const wanted = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: known(options.excludeCredentials) };
  const choice = (wanted.authenticatorSelection = { ...wanted.authenticatorSelection });
  choice.residentKey = passwordless ? "required" : "discouraged";
  choice.requireResidentKey = passwordless;
  if (passwordless) choice.userVerification = "required";
  const key = await navigator.credentials.create({ publicKey: wanted });
  return said(key, { attestationObject: text(key.response.attestationObject), transports: key.response.getTransports?.() ?? [] });
}

async function get(options) {
  const key = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) } });
  const { authenticatorData, signature, userHandle } = key.response;
  return said(key, { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: userHandle ? text(userHandle) : null });
}

const said = (key, response) => ({ type: key.type, id: key.id, rawId: text(key.rawId), response: { clientDataJSON: text(key.response.clientDataJSON), ...response }, clientExtensionResults: key.getClientExtensionResults() });

async function options(form) {
  const data = document.getElementById("passkey-data");
  if (data) return JSON.parse(data.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = form.querySelector("[data-trouble]");
  const able = window.isSecureContext && navigator.credentials && window.PublicKeyCredential;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.textContent = able ? "" : trouble.dataset.unable;
    if (!able) return;
    try {
      const given = await options(form);
      const key = form.dataset.passkey === "create" ? await create(given.creation_options.publicKey, form.elements.passwordless?.checked ?? false) : await get(given.request_options.publicKey);
      form.elements.credential.value = JSON.stringify(key);
      form.submit();
    } catch (error) {
      trouble.textContent = `${trouble.dataset.trouble} (${error.name})`;
    }
  });
}
