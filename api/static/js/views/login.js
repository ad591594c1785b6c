// Asking for a token, where the service wants one.

import { element } from "../dom.js";
import { field, form } from "../parts/field.js";
import { hint, problemNotice } from "../parts/notice.js";
import { keepToken, token } from "../session.js";

/** Show the question; `onToken()` is called when there is a token to try. */
export function showLogin(root, error, onToken) {
  document.title = "Log in · Model Studio";
  const box = element("textarea", {
    name: "token",
    rows: 4,
    required: true,
    autocomplete: "off",
    spellcheck: "false",
  });
  const login = form(
    [field("Token", box, "Whoever runs this service gives it to you. It begins with “ey”.")],
    "Log in",
    ({ token: entered }) => {
      keepToken(tokenIn(entered));
      onToken();
    },
  );
  login.classList.add("card");
  root.append(
    element(
      "div",
      { class: "view-head login" },
      element("h1", {}, "Log in"),
      element(
        "p",
        { class: "lead" },
        "This service shows its forecasts to those who have a token.",
      ),
    ),
    token() ? problemNotice(error, "Enter another token.") : "",
    login,
    hint("The token is kept in this tab only, until you close it or log out."),
  );
  box.focus();
}

/** The token in what was pasted, which may have line breaks in it, or `Bearer` before it. */
function tokenIn(entered) {
  const text = entered.replace(/^\s*bearer\s/i, "").replaceAll(/\s/g, "");
  if (/^[\w.-]+$/.test(text)) return text;
  throw new Error("A token consists of letters, digits, dots, hyphens and underscores only.");
}
